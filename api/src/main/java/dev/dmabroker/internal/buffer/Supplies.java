package dev.dmabroker.internal.buffer;

import dev.dmabroker.internal.allocation.Allocator;
import dev.dmabroker.internal.allocation.Rebalancer;
import dev.dmabroker.internal.device.DeviceRegistry;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.services.Services;

/** What a buffer gets from the broker that it belongs to. Thread-safe. */
interface Supplies {
  Services services();

  DeviceRegistry devices();

  Planner planner();

  Allocator allocator();

  /** Has buffers leave scarce memory. */
  Rebalancer rebalancer();

  /** The buffer is gone. */
  void forget(BufferLife buffer);
}
