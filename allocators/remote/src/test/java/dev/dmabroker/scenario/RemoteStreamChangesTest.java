package dev.dmabroker.scenario;

class RemoteStreamChangesTest extends StreamChangesTest {}
