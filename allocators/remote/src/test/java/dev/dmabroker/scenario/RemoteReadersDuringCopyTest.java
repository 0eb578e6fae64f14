package dev.dmabroker.scenario;

class RemoteReadersDuringCopyTest extends ReadersDuringCopyTest {}
