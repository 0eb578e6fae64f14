package dev.dmabroker.scenario;

class RemotePinTest extends PinTest {}
