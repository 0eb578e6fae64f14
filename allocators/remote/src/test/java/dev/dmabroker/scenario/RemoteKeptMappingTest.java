package dev.dmabroker.scenario;

class RemoteKeptMappingTest extends KeptMappingTest {}
