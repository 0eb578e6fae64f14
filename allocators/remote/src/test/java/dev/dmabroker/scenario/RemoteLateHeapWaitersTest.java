package dev.dmabroker.scenario;

class RemoteLateHeapWaitersTest extends LateHeapWaitersTest {}
