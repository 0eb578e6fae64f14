package dev.dmabroker;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.broker.BrokerFactory;
import dev.dmabroker.internal.runtime.Settings;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.CheckReturnValue;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PressureGauge;
import dev.dmabroker.spi.RebalancePolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;

/** Collects the parts and settings of a broker. Not thread-safe. */
public final class BrokerBuilder {
  private final BrokerFactory parts = new BrokerFactory();
  private final Settings.Draft settings = parts.settings;

  BrokerBuilder() {}

  /**
   * Asks every {@link HeapProvider} that {@link java.util.ServiceLoader} finds, in the order of the
   * providers' names, whatever their order on the path; those of dmabroker-allocators find real
   * memory only. The broker asks fallback providers only if no other heap has memory that drivers
   * import.
   *
   * @return this builder
   */
  public BrokerBuilder discoverHeaps() {
    parts.discoverHeaps = true;
    return this;
  }

  /**
   * Asks this provider, before the providers that are discovered.
   *
   * @param provider the provider
   * @return this builder
   */
  public BrokerBuilder heaps(HeapProvider provider) {
    parts.providers.add(Objects.requireNonNull(provider, "provider"));
    return this;
  }

  /**
   * Has the broker {@linkplain Broker#rescan rescan} a moment after one of the nodes that its
   * providers {@linkplain HeapProvider#watchedPaths name} appeared, went or changed permissions.
   * The poller's thread watches. Where it cannot, the log says why.
   *
   * @return this builder
   */
  public BrokerBuilder watchHeaps() {
    settings.watchHeaps = true;
    return this;
  }

  /**
   * Adds a heap, before the heaps of any provider. The broker closes it.
   *
   * @param heap the heap
   * @return this builder
   */
  public BrokerBuilder heap(Heap heap) {
    parts.heaps.add(Objects.requireNonNull(heap, "heap"));
    return this;
  }

  /**
   * Sets the heuristic that ranks heaps. Without this call the broker takes the heuristic named
   * {@code least-cost} that {@link java.util.ServiceLoader} finds, or else the only one that it
   * finds.
   *
   * @param heuristic the policy
   * @return this builder
   */
  public BrokerBuilder heuristic(PlacementHeuristic heuristic) {
    parts.heuristic = Objects.requireNonNull(heuristic, "heuristic");
    return this;
  }

  /**
   * Sets the policy by which idle buffers leave scarce memory that they no longer need. Without
   * this call a buffer stays where it suits its devices. The broker asks the policy, and moves the
   * buffers, on a thread of its own; {@link Broker#close} ends that.
   *
   * @param policy the policy
   * @return this builder
   */
  public BrokerBuilder rebalancing(RebalancePolicy policy) {
    settings.rebalancing = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Has the broker ask each heap again and again how much it has left, as other programs take
   * memory too. What others take counts in {@linkplain BrokerSnapshot.HeapState snapshots}, for
   * heuristics and for the {@linkplain #rebalancing rebalancing policy}, so that they act before a
   * heap refuses. After a heap has refused for want of memory it asks at once, though no more than
   * once before the next look in turn. It reads {@linkplain BrokerSnapshot#memoryPressure for how
   * long programs wait for memory}, too. Without this call the broker counts its own buffers alone.
   * It asks on a thread that does nothing else; a heap that takes its time delays the next
   * question, and no mapper.
   *
   * @param interval the time from one look to the next, positive; half a second is a good one
   * @return this builder
   * @throws IllegalArgumentException unless the duration is positive
   */
  public BrokerBuilder watchMemory(Duration interval) {
    settings.memoryInterval = Settable.positive("interval", interval);
    return this;
  }

  /**
   * Adds a listener, on a thread of its own ({@link Delivery#QUEUED}).
   *
   * @param listener the listener
   * @return this builder
   */
  public BrokerBuilder listener(BrokerListener listener) {
    return listener(listener, Delivery.QUEUED);
  }

  /**
   * Adds a listener, which the broker tells its events from its start on.
   *
   * @param listener the listener
   * @param delivery on which thread the listener is told
   * @return this builder
   */
  public BrokerBuilder listener(BrokerListener listener, Delivery delivery) {
    parts.listen(listener, delivery);
    return this;
  }

  /**
   * Sets how long a map waits when the call names no timeout; 5 s unless set.
   *
   * @param timeout how long to wait at most; positive
   * @return this builder
   * @throws IllegalArgumentException unless the duration is positive
   */
  public BrokerBuilder mapTimeout(Duration timeout) {
    settings.mapTimeout = Settable.positive("mapTimeout", timeout);
    return this;
  }

  /**
   * Sets the longest hold of devices that declare none; 1 s unless set.
   *
   * @param longestHold the longest hold; positive
   * @return this builder
   * @throws IllegalArgumentException unless the duration is positive
   */
  public BrokerBuilder longestHold(Duration longestHold) {
    settings.longestHold = Settable.positive("longestHold", longestHold);
    return this;
  }

  /**
   * Sets how long {@link Broker#close} waits for mappings; 5 s unless set.
   *
   * @param timeout how long to wait at most; positive
   * @return this builder
   * @throws IllegalArgumentException unless the duration is positive
   */
  public BrokerBuilder closeTimeout(Duration timeout) {
    settings.closeTimeout = Settable.positive("closeTimeout", timeout);
    return this;
  }

  /**
   * Sets how the broker tries a move again that was rolled back: it waits {@code firstBackOff}
   * after the first attempt, twice as long after each further one, and makes {@code maxAttempts}
   * attempts in all; 50 ms and 6 unless set. After the last attempt, maps that need the move fail;
   * the next such map or attach starts a new series.
   *
   * @param firstBackOff how long to wait after the first attempt; positive
   * @param maxAttempts the number of attempts, at least 1
   * @return this builder
   * @throws IllegalArgumentException if the duration is not positive or the count is less than 1
   */
  public BrokerBuilder moveRetries(Duration firstBackOff, int maxAttempts) {
    settings.firstBackOff = Settable.positive("firstBackOff", firstBackOff);
    settings.maxMoveAttempts = (int) Settable.positive("maxAttempts", maxAttempts);
    return this;
  }

  /**
   * Limits the memory of all heaps together for the buffers that are {@linkplain
   * Broker#export(String, BufferSpec, Device) exported for} a device, or for the devices of a
   * group; a buffer that moves counts once. A name so near to that of an exporting device without a
   * budget that it is probably mistyped is an error of the export.
   *
   * @param deviceOrGroup a device's name, or the name of a {@linkplain DeviceSpec#group group}
   * @param bytes the limit, at least 1
   * @return this builder
   * @throws IllegalArgumentException if the limit is less than 1, or is set already
   */
  public BrokerBuilder budget(String deviceOrGroup, long bytes) {
    Objects.requireNonNull(deviceOrGroup, "deviceOrGroup");
    Settable.positive("the budget of " + deviceOrGroup, bytes);
    settings.budget(deviceOrGroup, bytes);
    return this;
  }

  /**
   * Records a stack trace at each map, so that errors say where an open mapping was made. This
   * costs microseconds and garbage for each map; off unless set.
   *
   * @return this builder
   */
  public BrokerBuilder recordCallSites() {
    settings.recordCallSites = true;
    return this;
  }

  /**
   * Checks how devices and the CPU use memory, in a sample of the mappings and frames of each
   * buffer, and tells {@linkplain BrokerListener#accessViolated listeners} and the log what breaks
   * the rules, with the lines of code. A broker without this call spends nothing on it. With it,
   * each mapping makes garbage, and one of the sample takes two stack traces and compares some of
   * the contents, between a begin and an end of CPU access: so a map, a close, and what gives out
   * or ends a frame may block as {@link MappedMemory#cpuView} does. What is mapped by a future is
   * not checked, and neither is what clients of a service do.
   *
   * @param oneIn one use in so many is checked, at least 1; 1 for all, in tests
   * @return this builder
   * @throws IllegalArgumentException if the number is less than 1
   */
  public BrokerBuilder checkAccess(int oneIn) {
    settings.checkOneIn = (int) Settable.positive("oneIn", oneIn);
    return this;
  }

  /**
   * Sets how the broker looks for mappings, attachments and buffers that became unreachable without
   * having been closed; {@link LeakTracking#SAMPLED} unless set. The broker closes and logs each
   * leak, and tells {@linkplain BrokerListener#leaked listeners} where the object was made if that
   * was recorded. A leak is found only after the garbage collector has found the object.
   *
   * @param tracking what is tracked
   * @return this builder
   */
  public BrokerBuilder leakTracking(LeakTracking tracking) {
    settings.leakTracking = Objects.requireNonNull(tracking, "tracking");
    return this;
  }

  /**
   * Sets the executor that runs the stages chained to {@link Attachment#mapAsync}; the common pool
   * unless set. The executor must not run tasks in the calling thread if the tasks can block.
   *
   * @param executor the executor
   * @return this builder
   */
  public BrokerBuilder callbackExecutor(Executor executor) {
    settings.callbackExecutor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Sets the mover that copies contents when buffers move; the CPU copies unless set.
   *
   * @param mover the mover
   * @return this builder
   */
  public BrokerBuilder mover(Mover mover) {
    settings.mover = Objects.requireNonNull(mover, "mover");
    return this;
  }

  /**
   * Sets the poller that waits for fences. Without this call the broker takes the one that {@link
   * java.util.ServiceLoader} finds, of several the first by class name, when the first fence comes.
   * The broker closes the poller.
   *
   * @param poller the poller
   * @return this builder
   */
  public BrokerBuilder fencePoller(FencePoller poller) {
    settings.fencePoller = Objects.requireNonNull(poller, "poller");
    return this;
  }

  /**
   * Sets the gauge that tells for how long programs wait for memory. It is asked only if the broker
   * {@linkplain #watchMemory watches memory}. Without this call the broker takes the one that
   * {@link java.util.ServiceLoader} finds, of several the first by class name.
   *
   * @param gauge the gauge
   * @return this builder
   */
  public BrokerBuilder pressureGauge(PressureGauge gauge) {
    settings.pressureGauge = Objects.requireNonNull(gauge, "gauge");
    return this;
  }

  /**
   * Opens the heaps and starts the broker. Asks the heap providers in the calling thread, which may
   * allocate from heaps to see what their memory is like. If every heap is closed, the broker
   * starts nevertheless, and refuses devices: log, refusals and {@link BrokerSnapshot#closedHeaps}
   * say what would open the heaps.
   *
   * @return the broker, which the caller closes
   * @throws DuplicateNameException if two heaps, or two heuristics that are found, share a name
   * @throws IllegalStateException if no heap was given and no provider was there to look for one,
   *     or if there is no heuristic; the text says what to add
   */
  @CheckReturnValue
  public Broker build() {
    return parts.create();
  }
}
