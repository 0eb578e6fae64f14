package dev.dmabroker.scenario;

class RemoteMoveContentsTest extends MoveContentsTest {}
