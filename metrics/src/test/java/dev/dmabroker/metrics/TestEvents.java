package dev.dmabroker.metrics;

import dev.dmabroker.Holder;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.event.StreamResized;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Events that no broker told. */
final class TestEvents {
  private TestEvents() {}

  record Moved(
      String buffer,
      String from,
      Optional<String> to,
      BufferMove.Cause cause,
      String beneficiary,
      long generation,
      int attempt,
      int maxAttempts,
      long sizeBytes,
      long copiedBytes,
      long placedBytes,
      Duration prepare,
      Duration stall,
      Duration drain,
      Duration deadline,
      Duration copy,
      Duration backOff,
      Optional<String> failure,
      List<Holder> holders)
      implements BufferMove {}

  record Leaked(
      LeakFound.Kind kind,
      String buffer,
      Optional<String> device,
      Optional<Access> access,
      Duration age,
      Optional<Throwable> created)
      implements LeakFound {}

  record Violated(
      AccessViolation.Kind kind,
      String buffer,
      String device,
      Access declared,
      long generation,
      String found,
      Optional<Throwable> first,
      Optional<Throwable> second)
      implements AccessViolation {}

  record Stalled(String buffer, String device, Duration waited, boolean granted)
      implements MapStalled {}

  record Allocated(String buffer, String heap, long sizeBytes, Duration took)
      implements MemoryAllocated {}

  record Released(String buffer, String heap, long sizeBytes) implements MemoryReleased {}

  record Resized(String stream, int before, int after, long sizeBytes, String reason)
      implements StreamResized {}
}
