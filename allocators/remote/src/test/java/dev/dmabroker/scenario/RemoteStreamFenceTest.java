package dev.dmabroker.scenario;

class RemoteStreamFenceTest extends StreamFenceTest {}
