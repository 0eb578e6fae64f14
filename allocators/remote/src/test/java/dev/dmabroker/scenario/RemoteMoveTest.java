package dev.dmabroker.scenario;

class RemoteMoveTest extends MoveTest {}
