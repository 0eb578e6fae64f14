package dev.dmabroker.scenario;

class RemoteHeuristicFaultTest extends HeuristicFaultTest {}
