package dev.dmabroker.scenario;

class RemoteProbingTest extends ProbingTest {}
