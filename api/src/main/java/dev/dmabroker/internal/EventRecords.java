package dev.dmabroker.internal;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Holder;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The records behind the events of {@link dev.dmabroker.event}. Each has the name of the interface
 * that it implements, so that its text names the type that users know.
 */
final class EventRecords {
  private EventRecords() {}

  record AttachRefused(String buffer, String device, UnsatisfiableException explanation)
      implements dev.dmabroker.event.AttachRefused {}

  record BufferMove(
      String buffer,
      String from,
      Optional<String> to,
      dev.dmabroker.event.BufferMove.Cause cause,
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
      implements dev.dmabroker.event.BufferMove {
    BufferMove {
      holders = ImmutableList.copyOf(holders);
    }
  }

  record DeviceAttached(
      long bufferId,
      String buffer,
      BufferSpec spec,
      User device,
      List<String> before,
      Optional<String> heap)
      implements dev.dmabroker.event.DeviceAttached {
    DeviceAttached {
      before = ImmutableList.copyOf(before);
    }
  }

  record DeviceLeftOut(String buffer, String device, boolean leftOut)
      implements dev.dmabroker.event.DeviceLeftOut {}

  record FenceFailure(String buffer, String device, Access access, int errno)
      implements dev.dmabroker.event.FenceFailure {}

  record FrameDropped(
      String stream, String consumer, long sequence, dev.dmabroker.event.FrameDropped.Reason reason)
      implements dev.dmabroker.event.FrameDropped {}

  record HeapRefusal(
      String buffer, String heap, long sizeBytes, HeapException.Kind kind, String reason)
      implements dev.dmabroker.event.HeapRefusal {}

  record LeakFound(
      dev.dmabroker.event.LeakFound.Kind kind,
      String buffer,
      Optional<String> device,
      Optional<Access> access,
      Duration age,
      Optional<Throwable> created)
      implements dev.dmabroker.event.LeakFound {}

  record MapStalled(String buffer, String device, Duration waited, boolean granted)
      implements dev.dmabroker.event.MapStalled {}

  record MemoryAllocated(String buffer, String heap, long sizeBytes, Duration took)
      implements dev.dmabroker.event.MemoryAllocated {}

  record MemoryReleased(String buffer, String heap, long sizeBytes)
      implements dev.dmabroker.event.MemoryReleased {}

  record Overheld(
      String stream,
      String device,
      dev.dmabroker.event.Overheld.Excess excess,
      int index,
      Duration held,
      Duration longestHold,
      int count,
      int camping)
      implements dev.dmabroker.event.Overheld {}

  record StreamHeldBack(String stream, int depth, String reason)
      implements dev.dmabroker.event.StreamHeldBack {}

  record StreamResized(String stream, int before, int after, long sizeBytes, String reason)
      implements dev.dmabroker.event.StreamResized {}
}
