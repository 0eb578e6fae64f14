package dev.dmabroker.scenario;

class RemoteStreamConsumerTest extends StreamConsumerTest {}
