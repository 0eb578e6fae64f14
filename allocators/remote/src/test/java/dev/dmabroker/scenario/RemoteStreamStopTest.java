package dev.dmabroker.scenario;

class RemoteStreamStopTest extends StreamStopTest {}
