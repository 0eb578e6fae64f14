package dev.dmabroker.internal.watch;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.Trait;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the records behind the states of {@link dev.dmabroker.event}. Each has the name of the
 * interface that it implements, so that its text names the type that users know.
 */
public final class StateRecords {
  private StateRecords() {}

  public record BrokerSnapshot(
      Instant taken,
      List<dev.dmabroker.event.BrokerSnapshot.HeapState> heaps,
      List<MemoryPressure> memoryPressure,
      List<HeapProvider.Closed> closedHeaps,
      List<dev.dmabroker.event.BrokerSnapshot.DeviceState> devices,
      List<dev.dmabroker.event.BrokerSnapshot.BufferState> buffers,
      List<dev.dmabroker.event.BrokerSnapshot.BudgetState> budgets,
      List<dev.dmabroker.event.StreamState> streams,
      dev.dmabroker.event.BrokerSnapshot.FenceState fences,
      dev.dmabroker.event.BrokerSnapshot.LeakStats leaks,
      List<dev.dmabroker.event.BrokerSnapshot.ListenerState> listeners,
      long droppedEvents,
      boolean closed,
      long maps)
      implements dev.dmabroker.event.BrokerSnapshot {
    public BrokerSnapshot {
      heaps = ImmutableList.copyOf(heaps);
      memoryPressure = ImmutableList.copyOf(memoryPressure);
      closedHeaps = ImmutableList.copyOf(closedHeaps);
      devices = ImmutableList.copyOf(devices);
      buffers = ImmutableList.copyOf(buffers);
      budgets = ImmutableList.copyOf(budgets);
      streams = ImmutableList.copyOf(streams);
      listeners = ImmutableList.copyOf(listeners);
    }
  }

  public record HeapState(
      String name,
      Set<String> aliases,
      HeapTraits traits,
      int backings,
      long usedBytes,
      long othersBytes,
      Lingering lingering,
      Optional<String> vanished)
      implements dev.dmabroker.event.BrokerSnapshot.HeapState {}

  public record BudgetState(String name, long limitBytes, long reservedBytes)
      implements dev.dmabroker.event.BrokerSnapshot.BudgetState {}

  public record FenceState(int pending, Optional<String> trouble)
      implements dev.dmabroker.event.BrokerSnapshot.FenceState {
    public static final FenceState NONE = new FenceState(0, Optional.empty());
  }

  public record LeakStats(long mappings, long attachments, long buffers)
      implements dev.dmabroker.event.BrokerSnapshot.LeakStats {}

  public record ListenerState(
      String type, Delivery delivery, long delivered, int queued, long dropped)
      implements dev.dmabroker.event.BrokerSnapshot.ListenerState {}

  public record AttachmentState(String device, Instant since, boolean leftOut)
      implements dev.dmabroker.event.BrokerSnapshot.AttachmentState {}

  public record LeaseState(
      String device,
      String holder,
      Access access,
      Instant since,
      long generation,
      long uses,
      boolean open)
      implements dev.dmabroker.event.BrokerSnapshot.LeaseState {}

  public record DeviceState(
      String name, Constraints constraints, Duration longestHold, List<Device.Finding> findings)
      implements dev.dmabroker.event.BrokerSnapshot.DeviceState {
    public DeviceState {
      findings = ImmutableList.copyOf(findings);
    }
  }

  public record BufferState(
      long id,
      String name,
      Instant since,
      BufferSpec spec,
      SharedBuffer.State state,
      Optional<String> heap,
      long generation,
      long sizeBytes,
      Optional<Instant> residentSince,
      List<dev.dmabroker.event.BrokerSnapshot.AttachmentState> attachments,
      List<dev.dmabroker.Holder> holders,
      List<dev.dmabroker.event.BrokerSnapshot.LeaseState> leases,
      List<String> pinned,
      int waiting,
      Optional<String> seeking,
      int retired,
      dev.dmabroker.event.MoveStats moves,
      long maps)
      implements dev.dmabroker.event.BrokerSnapshot.BufferState {
    public BufferState {
      attachments = ImmutableList.copyOf(attachments);
      holders = ImmutableList.copyOf(holders);
      leases = ImmutableList.copyOf(leases);
      pinned = ImmutableList.copyOf(pinned);
    }
  }

  public record MoveStats(
      long done,
      long rolledBack,
      int attempts,
      int maxAttempts,
      Duration backOff,
      long copiedBytes,
      Duration longestStall,
      Duration longestDrain)
      implements dev.dmabroker.event.MoveStats {

    /** Returns the statistics of a buffer that has not moved yet. */
    public static MoveStats none(int maxAttempts) {
      return new MoveStats(0, 0, 0, maxAttempts, Duration.ZERO, 0, Duration.ZERO, Duration.ZERO);
    }

    /** Returns these statistics with one more move, which succeeded or was rolled back. */
    public MoveStats with(BufferMove move) {
      boolean failed = move.failure().isPresent();
      return new MoveStats(
          done + (failed ? 0 : 1),
          rolledBack + (failed ? 1 : 0),
          failed ? move.attempt() : 0,
          maxAttempts,
          move.backOff(),
          copiedBytes + move.copiedBytes(),
          longer(longestStall, move.stall()),
          longer(longestDrain, move.drain()));
    }

    private static Duration longer(Duration one, Duration other) {
      return one.compareTo(other) < 0 ? other : one;
    }
  }

  public record StreamState(
      String name,
      BufferStream.State state,
      int depth,
      int floor,
      int maxBuffers,
      long sizeBytes,
      int free,
      int filling,
      int inFlight,
      int waiting,
      long submitted,
      long failed,
      long starved,
      long grown,
      long shrunk,
      long refused,
      long scrubbed,
      long leftOut,
      Optional<String> heldBack,
      dev.dmabroker.event.StreamState.Holds producer,
      List<dev.dmabroker.event.StreamState.ConsumerState> consumers)
      implements dev.dmabroker.event.StreamState {
    public StreamState {
      consumers = ImmutableList.copyOf(consumers);
    }
  }

  public record Holds(
      String device,
      int now,
      int most,
      int camping,
      long ended,
      Duration total,
      Duration longest,
      Duration longestHold,
      long overheld)
      implements dev.dmabroker.event.StreamState.Holds {}

  public record ConsumerState(
      StreamConsumer.Policy policy,
      int queued,
      long dropped,
      dev.dmabroker.event.StreamState.Holds holds)
      implements dev.dmabroker.event.StreamState.ConsumerState {}

  /**
   * Implements {@link dev.dmabroker.Holder}, with a text that errors quote.
   *
   * @param site the call site; null if it is not known
   */
  public record Holder(
      String buffer,
      String device,
      Access access,
      Duration held,
      String thread,
      @Nullable Throwable site,
      boolean fenced,
      long leaseUses)
      implements dev.dmabroker.Holder, Serializable {
    private static final String BROKER = "dev.dmabroker.internal.";

    @Override
    public Optional<Throwable> callSite() {
      return Optional.ofNullable(site);
    }

    @Override
    public String toString() {
      String at = callSite().flatMap(Holder::caller).map(frame -> ", at " + frame).orElse("");
      return device
          + " for "
          + held.toMillis()
          + " ms ("
          + access
          + ", by "
          + thread
          + at
          + (fenced ? ", until a fence signals" : "")
          + (leaseUses > 0 ? ", a lease with uses=" + leaseUses : "")
          + ")";
    }

    /**
     * Returns the line of code that called the broker; without one, the first line that is known.
     */
    private static Optional<StackTraceElement> caller(Throwable at) {
      StackTraceElement[] frames = at.getStackTrace();
      return Arrays.stream(frames)
          .dropWhile(frame -> frame.getClassName().startsWith(BROKER))
          .findFirst()
          .or(() -> Arrays.stream(frames).findFirst());
    }
  }

  /** Implements {@link Device.Finding}. */
  public record Finding(String heap, DeviceProbe.Verdict verdict, Trait.Basis basis, String reason)
      implements Device.Finding {}
}
