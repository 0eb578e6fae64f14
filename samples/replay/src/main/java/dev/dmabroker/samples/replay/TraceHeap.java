package dev.dmabroker.samples.replay;

import dev.dmabroker.allocators.ModelledHeap;
import java.util.OptionalLong;

/**
 * A heap that a trace needs.
 *
 * @param name unique in the trace
 * @param contiguous whether it is contiguous and lies below 4 GiB; scattered anywhere otherwise
 * @param capacityBytes all that it gives at one time; empty if there is no limit
 */
record TraceHeap(String name, boolean contiguous, OptionalLong capacityBytes) {
  private static final int LOW_BITS = 32;

  static TraceHeap scattered(String name) {
    return new TraceHeap(name, /* contiguous= */ false, OptionalLong.empty());
  }

  static TraceHeap contiguous(String name, long capacityBytes) {
    return new TraceHeap(name, /* contiguous= */ true, OptionalLong.of(capacityBytes));
  }

  /** A model of it, empty. */
  ModelledHeap model() {
    ModelledHeap.Builder model = ModelledHeap.builder(name).contiguous(contiguous);
    capacityBytes.ifPresent(model::capacityBytes);
    if (contiguous) {
      model.addressBits(LOW_BITS);
    }
    return model.build();
  }

  String text() {
    return "heap "
        + name
        + (contiguous ? " contiguous " : " scattered ")
        + (capacityBytes.isPresent()
            ? Long.toString(capacityBytes.getAsLong())
            : TraceParser.UNLIMITED);
  }
}
