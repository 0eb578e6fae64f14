package dev.dmabroker.scenario;

class RemoteEvictionTest extends EvictionTest {}
