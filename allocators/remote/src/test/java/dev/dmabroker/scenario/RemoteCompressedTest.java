package dev.dmabroker.scenario;

class RemoteCompressedTest extends CompressedTest {}
