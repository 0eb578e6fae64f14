package dev.dmabroker.scenario;

class RemoteKernelFenceTest extends KernelFenceTest {}
