package dev.dmabroker.scenario;

class RemoteFenceTest extends FenceTest {}
