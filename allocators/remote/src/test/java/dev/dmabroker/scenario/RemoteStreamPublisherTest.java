package dev.dmabroker.scenario;

class RemoteStreamPublisherTest extends StreamPublisherTest {}
