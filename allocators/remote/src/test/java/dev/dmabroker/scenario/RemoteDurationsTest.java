package dev.dmabroker.scenario;

class RemoteDurationsTest extends DurationsTest {}
