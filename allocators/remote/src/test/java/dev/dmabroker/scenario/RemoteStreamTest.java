package dev.dmabroker.scenario;

class RemoteStreamTest extends StreamTest {}
