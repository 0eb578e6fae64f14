package dev.dmabroker.scenario;

class RemoteColorSpaceChoiceTest extends ColorSpaceChoiceTest {}
