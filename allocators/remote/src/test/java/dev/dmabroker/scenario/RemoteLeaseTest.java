package dev.dmabroker.scenario;

class RemoteLeaseTest extends LeaseTest {}
