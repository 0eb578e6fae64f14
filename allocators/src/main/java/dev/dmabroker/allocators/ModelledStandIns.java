package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.NativeAccess;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import java.util.List;

/** Provides a model of each of the kernel's usual heaps; see {@link Heaps#modelledStandIns}. */
final class ModelledStandIns implements HeapProvider {

  private static final String SYSTEM = "modelled-system";
  private static final String CMA = "modelled-cma";
  private static final long CMA_BYTES = 256L << 20;

  @Override
  public String name() {
    return "modelled";
  }

  /**
   * True: if a device can really import memory, a model of that memory would only be in the way.
   */
  @Override
  public boolean fallback() {
    return true;
  }

  /** {@inheritDoc} A model does not vanish. */
  @Override
  public List<Finding> rediscover(List<Heap> present) {
    return present.isEmpty() ? discover() : present.stream().<Finding>map(Open::new).toList();
  }

  @Override
  public List<Finding> discover() {
    return NativeAccess.closed(SYSTEM, CMA)
        .orElseGet(
            () ->
                List.of(
                    new Open(ModelledHeap.builder(SYSTEM).build()),
                    new Open(
                        ModelledHeap.builder(CMA)
                            .contiguous(true)
                            .addressBits(32)
                            .capacityBytes(CMA_BYTES)
                            .build())));
  }
}
