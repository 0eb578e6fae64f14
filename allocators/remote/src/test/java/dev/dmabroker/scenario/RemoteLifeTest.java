package dev.dmabroker.scenario;

class RemoteLifeTest extends LifeTest {}
