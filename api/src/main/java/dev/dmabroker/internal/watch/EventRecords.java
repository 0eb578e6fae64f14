package dev.dmabroker.internal.watch;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Holder;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Holds the records behind the events of {@link dev.dmabroker.event}. Each has the name of the
 * interface that it implements, so that its text names the type that users know.
 */
public final class EventRecords {
  private EventRecords() {}

  public record AccessViolation(
      dev.dmabroker.event.AccessViolation.Kind kind,
      String buffer,
      String device,
      Access declared,
      long generation,
      String found,
      Optional<Throwable> first,
      Optional<Throwable> second)
      implements dev.dmabroker.event.AccessViolation {}

  public record AttachRefused(String buffer, String device, UnsatisfiableException explanation)
      implements dev.dmabroker.event.AttachRefused {}

  public record BufferMove(
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
    public BufferMove {
      holders = ImmutableList.copyOf(holders);
    }
  }

  public record HeapsChanged(
      List<String> joined, List<HeapProvider.Closed> vanished, List<HeapProvider.Closed> refused)
      implements dev.dmabroker.event.HeapsChanged {
    public HeapsChanged {
      joined = ImmutableList.copyOf(joined);
      vanished = ImmutableList.copyOf(vanished);
      refused = ImmutableList.copyOf(refused);
    }
  }

  public record DeviceAttached(
      long bufferId,
      String buffer,
      BufferSpec spec,
      User device,
      List<String> before,
      Optional<String> heap)
      implements dev.dmabroker.event.DeviceAttached {
    public DeviceAttached {
      before = ImmutableList.copyOf(before);
    }
  }

  public record DeviceLeftOut(String buffer, String device, boolean leftOut)
      implements dev.dmabroker.event.DeviceLeftOut {}

  public record FenceFailure(String buffer, String device, Access access, int errno)
      implements dev.dmabroker.event.FenceFailure {}

  public record FrameDropped(
      String stream, String consumer, long sequence, dev.dmabroker.event.FrameDropped.Reason reason)
      implements dev.dmabroker.event.FrameDropped {}

  public record HeapRefusal(
      String buffer, String heap, long sizeBytes, HeapException.Kind kind, String reason)
      implements dev.dmabroker.event.HeapRefusal {}

  public record LeakFound(
      dev.dmabroker.event.LeakFound.Kind kind,
      String buffer,
      Optional<String> device,
      Optional<Access> access,
      Duration age,
      Optional<Throwable> created)
      implements dev.dmabroker.event.LeakFound {}

  public record LeaseRecalled(
      String buffer,
      String device,
      String holder,
      Access access,
      long generation,
      Cause cause,
      Optional<String> beneficiary,
      long uses)
      implements dev.dmabroker.event.LeaseRecalled {}

  public record LeaseReturned(
      String buffer,
      String device,
      String holder,
      Access access,
      long generation,
      dev.dmabroker.event.LeaseRecalled.Cause cause,
      Duration took)
      implements dev.dmabroker.event.LeaseReturned {}

  public record MapStalled(String buffer, String device, Duration waited, boolean granted)
      implements dev.dmabroker.event.MapStalled {}

  public record MemoryAllocated(String buffer, String heap, long sizeBytes, Duration took)
      implements dev.dmabroker.event.MemoryAllocated {}

  public record MemoryReleased(String buffer, String heap, long sizeBytes)
      implements dev.dmabroker.event.MemoryReleased {}

  public record Overheld(
      String stream,
      String device,
      dev.dmabroker.event.Overheld.Excess excess,
      int index,
      Duration held,
      Duration longestHold,
      int count,
      int camping)
      implements dev.dmabroker.event.Overheld {}

  public record StreamChanged(
      String stream, dev.dmabroker.event.StreamChanged.Change change, String device)
      implements dev.dmabroker.event.StreamChanged {}

  public record StreamHeldBack(String stream, int depth, String reason)
      implements dev.dmabroker.event.StreamHeldBack {}

  public record StreamResized(String stream, int before, int after, long sizeBytes, String reason)
      implements dev.dmabroker.event.StreamResized {}
}
