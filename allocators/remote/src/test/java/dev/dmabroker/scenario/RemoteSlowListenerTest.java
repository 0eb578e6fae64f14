package dev.dmabroker.scenario;

class RemoteSlowListenerTest extends SlowListenerTest {}
