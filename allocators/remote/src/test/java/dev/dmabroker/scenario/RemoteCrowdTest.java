package dev.dmabroker.scenario;

class RemoteCrowdTest extends CrowdTest {}
