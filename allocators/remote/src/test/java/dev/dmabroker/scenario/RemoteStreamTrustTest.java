package dev.dmabroker.scenario;

class RemoteStreamTrustTest extends StreamTrustTest {}
