package dev.dmabroker.scenario;

class RemoteNegotiationTest extends NegotiationTest {}
