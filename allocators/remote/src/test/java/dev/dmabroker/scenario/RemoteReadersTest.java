package dev.dmabroker.scenario;

class RemoteReadersTest extends ReadersTest {}
