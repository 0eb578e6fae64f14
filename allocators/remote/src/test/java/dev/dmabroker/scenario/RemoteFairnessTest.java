package dev.dmabroker.scenario;

class RemoteFairnessTest extends FairnessTest {}
