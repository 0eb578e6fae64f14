package dev.dmabroker.scenario;

class RemoteStreamSizeTest extends StreamSizeTest {}
