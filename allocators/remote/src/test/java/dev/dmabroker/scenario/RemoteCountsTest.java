package dev.dmabroker.scenario;

class RemoteCountsTest extends CountsTest {}
