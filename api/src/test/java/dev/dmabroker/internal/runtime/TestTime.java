package dev.dmabroker.internal.runtime;

import java.time.Instant;
import java.util.function.LongSupplier;

/** A time that a test decides on. */
public record TestTime(LongSupplier source) implements Time {
  @Override
  public long nanos() {
    return source.getAsLong();
  }

  @Override
  public Instant instant(long nanos) {
    return Instant.EPOCH.plusNanos(nanos);
  }
}
