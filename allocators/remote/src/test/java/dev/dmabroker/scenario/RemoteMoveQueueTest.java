package dev.dmabroker.scenario;

class RemoteMoveQueueTest extends MoveQueueTest {}
