package dev.dmabroker.scenario;

class RemoteStreamStressTest extends StreamStressTest {}
