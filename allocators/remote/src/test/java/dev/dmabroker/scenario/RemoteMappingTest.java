package dev.dmabroker.scenario;

class RemoteMappingTest extends MappingTest {}
