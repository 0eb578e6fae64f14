package dev.dmabroker.scenario;

class RemoteMemoryFaultTest extends MemoryFaultTest {}
