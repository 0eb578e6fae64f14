package dev.dmabroker.scenario;

class RemoteOverwriteTest extends OverwriteTest {}
