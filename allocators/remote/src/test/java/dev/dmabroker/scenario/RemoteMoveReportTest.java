package dev.dmabroker.scenario;

class RemoteMoveReportTest extends MoveReportTest {}
