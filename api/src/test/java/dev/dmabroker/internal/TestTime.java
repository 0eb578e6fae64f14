package dev.dmabroker.internal;

import java.time.Instant;
import java.util.function.LongSupplier;

/** A time that a test decides on. */
record TestTime(LongSupplier source) implements Time {
  @Override
  public long nanos() {
    return source.getAsLong();
  }

  @Override
  public Instant instant(long nanos) {
    return Instant.EPOCH.plusNanos(nanos);
  }
}
