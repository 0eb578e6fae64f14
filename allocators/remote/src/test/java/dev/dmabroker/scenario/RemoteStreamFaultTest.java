package dev.dmabroker.scenario;

class RemoteStreamFaultTest extends StreamFaultTest {}
