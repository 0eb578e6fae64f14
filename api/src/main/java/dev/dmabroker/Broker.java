package dev.dmabroker;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.broker.BrokerFactory;
import dev.dmabroker.internal.runtime.Settings;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PlacementHeuristic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/**
 * Exports buffers that have no memory until a device maps them, places them where every attached
 * device reaches them, and moves them when a stricter device attaches. Thread-safe. Not for
 * implementation outside the library.
 */
public interface Broker extends AutoCloseable {

  /** A builder with the defaults. */
  static Builder builder() {
    return new Builder();
  }

  /**
   * Makes a device known that reads and writes and keeps mappings no longer than the default.
   *
   * @throws DuplicateNameException if a registered device has the name
   * @throws ClosedException if the broker is closed
   */
  default Device register(String name, Constraints constraints) {
    return register(DeviceSpec.named(name).constraints(constraints));
  }

  /**
   * Makes a device known.
   *
   * @throws DuplicateNameException if a registered device has the name
   * @throws ClosedException if the broker is closed
   */
  Device register(DeviceSpec spec);

  /**
   * Makes a buffer without memory, named {@code buffer-N}.
   *
   * @throws ClosedException if the broker is closed
   */
  SharedBuffer export(BufferSpec spec);

  /**
   * Makes a buffer without memory. Names appear in errors and events and need not be unique.
   *
   * @throws ClosedException if the broker is closed
   */
  SharedBuffer export(String name, BufferSpec spec);

  /**
   * Makes a buffer without memory that counts against the budgets of a device and its group: its
   * tightest size is reserved now, and what it turns out to need beyond that when it is allocated.
   *
   * @param owner a device of this broker
   * @throws BudgetExceededException if a budget does not suffice; nothing is exported then
   * @throws IllegalArgumentException if the device belongs to another broker
   * @throws ClosedException if the broker is closed
   */
  SharedBuffer export(String name, BufferSpec spec, Device owner);

  /**
   * Makes buffers without memory that are used in turn, such as those of a video stream, named
   * {@code name-1} and so on. When they have to move they do so one after the other, each when it
   * is idle if there is such a moment, so that the others stay in use.
   *
   * @param count at least 1
   * @throws ClosedException if the broker is closed
   */
  List<SharedBuffer> exportSet(String name, BufferSpec spec, int count);

  /**
   * Makes a stream of buffers that go round between a producer and consumers. It has no buffers
   * until it is {@linkplain BufferStream#start started}.
   *
   * @throws UndeclaredAccessException if the producer did not declare that it writes
   * @throws IllegalArgumentException if the producer belongs to another broker
   * @throws ClosedException if the producer or the broker is closed
   */
  BufferStream stream(StreamSpec spec);

  /**
   * Makes a buffer of memory that is there already, with its contents, laid out as the spec's
   * tightest layout; see {@link #adopt(String, BufferSpec, Layout, ForeignMemory)}.
   */
  default SharedBuffer adopt(String name, BufferSpec spec, ForeignMemory memory) {
    return adopt(name, spec, spec.layout(), memory);
  }

  /**
   * Makes a buffer of memory that is there already, with its contents: what a user brought, or a
   * dma-buf from elsewhere. It is resident from the start. What becomes of it when a device
   * attaches that the memory does not suit, its owner says:
   *
   * <ul>
   *   <li>If it is {@linkplain ForeignMemory#movable movable}, the contents are copied into a heap
   *       that suits, like any buffer's. From then on the memory is no longer the buffer's: it
   *       keeps the contents of that moment, and nothing is ever written back to it.
   *   <li>Otherwise the buffer stays, as if pinned for good: attaching throws {@link
   *       PinnedException}, and so do {@link SharedBuffer#evacuate} and {@link
   *       SharedBuffer#unprepare}. A {@link #shadow} serves such a device.
   * </ul>
   *
   * <p>The memory's traits decide whom it suits; what is not known counts as no. Of memory that
   * stays, a device's {@link DeviceSpec#probe probe} is asked when the device attaches, in the
   * attaching thread, if the traits alone would not do: what the device takes suits it. Memory that
   * is adopted is not in the broker's list of heaps, and counts against no budget.
   *
   * @param layout how the contents lie in the memory
   * @param memory let go of when the buffer ends, when it moves, and if this throws
   * @throws AllocationException if the memory cannot be had, or is smaller than the layout
   * @throws DuplicateMemoryException if a buffer of this broker has the memory already
   * @throws DuplicateNameException if a heap has the memory's name
   * @throws IllegalArgumentException if the layout is not one of what the spec says
   * @throws ClosedException if the broker is closed
   */
  SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory);

  /**
   * Makes a second buffer for the contents of one that stays where it is, for devices that its
   * memory does not suit. The two are the same only as far as the shadow is told to copy.
   *
   * @param original adopted by this broker in memory that is not movable
   * @throws PinnedException if nobody but devices reaches the original's memory, so that it cannot
   *     be copied
   * @throws UnsatisfiableException if the broker has no heap that the CPU reaches
   * @throws IllegalArgumentException if the original moves by itself, or is another broker's
   * @throws ClosedException if the original or the broker is closed
   */
  Shadow shadow(SharedBuffer original);

  /**
   * Says where a buffer would be placed for these devices, and why not elsewhere. Allocates
   * nothing; a heap that is full now is still listed. Counts of buffers have to agree here, as for
   * a pool, while a single buffer may be attached whatever they are.
   *
   * @throws SearchLimitException if alternatives and preferences have too many combinations
   * @throws IllegalArgumentException if a device belongs to another broker
   */
  Plan plan(BufferSpec spec, Collection<Device> devices);

  /** The broker's state now, taken without stopping anything. */
  BrokerSnapshot snapshot();

  /**
   * Calls the listener from now on.
   *
   * @return what ends the calls when closed
   */
  AutoCloseable listen(BrokerListener listener);

  /**
   * Refuses new work, ends every wait with {@link ClosedException}, waits for the mappings that are
   * out (at most the close timeout), and gives back all memory. A second call does nothing.
   *
   * @throws OutstandingMappingsException if mappings are still out at the deadline; it says which.
   *     Their memory is given back as each is closed.
   * @throws WaitInterruptedException if interrupted; as at the deadline, memory is given back as
   *     mappings close
   */
  @Override
  void close();

  /** Collects a broker's parts. Not thread-safe. */
  final class Builder {
    private final List<Heap> heaps = new ArrayList<>();
    private final List<BrokerListener> listeners = new ArrayList<>();
    private final Map<String, Long> budgets = new LinkedHashMap<>();
    private final List<HeapProvider> providers = new ArrayList<>();
    private boolean discoverHeaps;
    private @Nullable PlacementHeuristic heuristic;
    private Duration mapTimeout = Duration.ofSeconds(5);
    private Duration longestHold = Duration.ofSeconds(1);
    private Duration closeTimeout = Duration.ofSeconds(5);
    private Duration firstBackOff = Duration.ofMillis(50);
    private int maxMoveAttempts = 6;
    private boolean recordCallSites;
    private LeakTracking leakTracking = LeakTracking.SAMPLED;
    private Executor callbackExecutor = ForkJoinPool.commonPool();
    private @Nullable Mover mover;
    private @Nullable FencePoller fencePoller;

    private Builder() {}

    /**
     * Asks every {@link HeapProvider} that {@link java.util.ServiceLoader} finds. Providers that
     * are a fallback are asked only if no other gave a heap that devices reach.
     */
    public Builder discoverHeaps() {
      discoverHeaps = true;
      return this;
    }

    /** Asks this provider, before those that are discovered. */
    public Builder heaps(HeapProvider provider) {
      providers.add(Objects.requireNonNull(provider, "provider"));
      return this;
    }

    /** Adds a heap, before those of any provider. The broker closes it. */
    public Builder heap(Heap heap) {
      heaps.add(Objects.requireNonNull(heap, "heap"));
      return this;
    }

    /**
     * Sets what ranks heaps. Without it the broker takes the one named {@code least-cost} that
     * {@link java.util.ServiceLoader} finds, or else the only one found.
     */
    public Builder heuristic(PlacementHeuristic heuristic) {
      this.heuristic = Objects.requireNonNull(heuristic, "heuristic");
      return this;
    }

    /** Adds a listener. */
    public Builder listener(BrokerListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /** How long a map waits when the call names no timeout; 5 s unless set. */
    public Builder mapTimeout(Duration timeout) {
      mapTimeout = positive("mapTimeout", timeout);
      return this;
    }

    /** What a device's longest hold is when it declares none; 1 s unless set. */
    public Builder longestHold(Duration longestHold) {
      this.longestHold = positive("longestHold", longestHold);
      return this;
    }

    /** How long {@link Broker#close} waits for mappings; 5 s unless set. */
    public Builder closeTimeout(Duration timeout) {
      closeTimeout = positive("closeTimeout", timeout);
      return this;
    }

    /**
     * How a move that was rolled back is tried again: after {@code firstBackOff}, doubled each
     * time, {@code maxAttempts} attempts in all; 50 ms and 6 unless set. After the last, maps that
     * need the move fail; the next such map or attach starts over.
     *
     * @throws IllegalArgumentException if the duration is not positive or the count less than 1
     */
    public Builder moveRetries(Duration firstBackOff, int maxAttempts) {
      this.firstBackOff = positive("firstBackOff", firstBackOff);
      if (maxAttempts < 1) {
        throw new IllegalArgumentException("maxAttempts must be at least 1, is " + maxAttempts);
      }
      maxMoveAttempts = maxAttempts;
      return this;
    }

    /**
     * Limits what the buffers that are {@linkplain Broker#export(String, BufferSpec, Device)
     * exported for} a device, or for the devices of a group, take of all heaps together. While a
     * buffer moves, its old and its new memory count once.
     *
     * @param deviceOrGroup a device's name, or that of a {@linkplain DeviceSpec#group group}
     * @throws IllegalArgumentException if the limit is less than 1, or is set already
     */
    public Builder budget(String deviceOrGroup, long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException(
            "the budget of " + deviceOrGroup + " must be at least 1 byte, is " + bytes);
      }
      if (budgets.putIfAbsent(Objects.requireNonNull(deviceOrGroup), bytes) != null) {
        throw new IllegalArgumentException("the budget of " + deviceOrGroup + " is set already");
      }
      return this;
    }

    /**
     * Records a stack trace at each map, so that errors say where a mapping that is still out was
     * made. Costs microseconds and garbage a map; off unless set.
     */
    public Builder recordCallSites() {
      recordCallSites = true;
      return this;
    }

    /**
     * Sets how the broker looks for mappings, attachments and buffers that became unreachable
     * without having been closed; by samples unless set. What it finds it closes, logs, and tells
     * {@linkplain BrokerListener#leaked listeners} of, each with where it was made if that was
     * noted. It is found by the garbage collector, so whenever that gets to it.
     */
    public Builder leakTracking(LeakTracking tracking) {
      leakTracking = Objects.requireNonNull(tracking, "tracking");
      return this;
    }

    /**
     * Runs what is chained to {@link Attachment#mapAsync}; the common pool unless set. It must not
     * run tasks in the calling thread if they can block.
     */
    public Builder callbackExecutor(Executor executor) {
      callbackExecutor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /** Sets what copies contents when buffers move; the CPU does unless set. */
    public Builder mover(Mover mover) {
      this.mover = Objects.requireNonNull(mover, "mover");
      return this;
    }

    /**
     * Sets what waits for fences; otherwise the first that {@link java.util.ServiceLoader} finds,
     * when the first fence comes. The broker closes it.
     */
    public Builder fencePoller(FencePoller poller) {
      this.fencePoller = Objects.requireNonNull(poller, "poller");
      return this;
    }

    /**
     * Opens the heaps and starts the broker.
     *
     * @throws DuplicateNameException if two heaps share a name or alias
     * @throws IllegalStateException if there is no heap at all, or no heuristic; the text says what
     *     to add
     */
    public Broker build() {
      return BrokerFactory.create(
          List.copyOf(heaps),
          List.copyOf(providers),
          discoverHeaps,
          heuristic,
          List.copyOf(listeners),
          new Settings(
              mapTimeout,
              longestHold,
              closeTimeout,
              firstBackOff,
              maxMoveAttempts,
              recordCallSites,
              leakTracking,
              callbackExecutor,
              Map.copyOf(budgets),
              mover != null ? mover : BrokerFactory.cpuMover(),
              fencePoller));
    }

    private static Duration positive(String field, Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException(field + " must be positive, is " + value);
      }
      return value;
    }
  }
}
