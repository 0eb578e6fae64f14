package dev.dmabroker.scenario;

class RemoteBudgetTest extends BudgetTest {}
