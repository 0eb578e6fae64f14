package dev.dmabroker.scenario;

class RemoteHangingHeapTest extends HangingHeapTest {}
