package dev.dmabroker.scenario;

class RemoteWaitingTest extends WaitingTest {}
