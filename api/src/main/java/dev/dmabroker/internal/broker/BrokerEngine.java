package dev.dmabroker.internal.broker;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.Plan;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.buffer.BufferHandle;
import dev.dmabroker.internal.buffer.BufferRegistry;
import dev.dmabroker.internal.buffer.ManagedBuffer;
import dev.dmabroker.internal.buffer.ShadowBuffer;
import dev.dmabroker.internal.device.DeviceRegistry;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.heap.Budgets;
import dev.dmabroker.internal.heap.FoundHeaps;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapDiscovery;
import dev.dmabroker.internal.move.MoveQueue;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.runtime.Durations;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.stream.ManagedStream;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The broker as applications see it. It puts devices, buffers, streams and heaps together. */
final class BrokerEngine implements Broker {
  private final Planner planner;
  private final Rescans rescans;
  private final Services services;
  private final DeviceRegistry devices;
  private final BufferRegistry buffers;
  private final MemoryWatch memory;
  private final Set<ManagedStream> streams = ConcurrentHashMap.newKeySet();

  /** Whether there was no stack or memory to close the broker to the end: that is done again. */
  private volatile boolean cutShort;

  /** How many buffers were exported without a name, to number them. */
  private final AtomicLong unnamed = new AtomicLong();

  BrokerEngine(HeapDiscovery discovery, Planner planner, Services services) {
    this.planner = planner;
    this.services = services;
    Budgets budgets = new Budgets(services.settings().budgets());
    this.devices =
        new DeviceRegistry(
            services, () -> planner.table().accounts(), planner.alternatives(), budgets);
    this.memory = new MemoryWatch(services, planner);
    this.buffers = new BufferRegistry(services, devices, planner, budgets, memory::hurry);
    this.rescans =
        new Rescans(
            services,
            discovery,
            planner,
            devices,
            buffers,
            () -> streams.forEach(ManagedStream::heapsJoined));
    memory.begin(buffers::memoryChanged);
    if (services.settings().watchHeaps()) {
      new HeapWatch(services, rescans).begin(discovery.watchedPaths());
    }
  }

  // ---- Devices, buffers and streams ----

  @Override
  public Device register(DeviceSpec spec) {
    return devices.register(spec);
  }

  @Override
  public SharedBuffer export(BufferSpec spec) {
    return export("buffer-" + unnamed.incrementAndGet(), spec);
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec) {
    return buffers.export(name, spec, /* owner= */ null, MoveQueue.alone());
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec, Device owner) {
    return buffers.export(name, spec, devices.own(owner), MoveQueue.alone());
  }

  @Override
  public List<SharedBuffer> exportSet(String name, BufferSpec spec, int count) {
    return buffers.exportSet(name, spec, count);
  }

  @Override
  public BufferStream stream(StreamSpec spec) {
    RegisteredDevice producer = devices.own(Objects.requireNonNull(spec, "spec").producer());
    producer.checkOpen("stream from it");
    producer.checkDeclared(Access.OVERWRITE, spec.name());
    // A stream is either made before the broker closes, and then closed by it, or refused.
    ManagedStream made =
        services
            .lifecycle()
            .whileOpen(
                "make stream " + spec.name(),
                () -> {
                  ManagedStream stream =
                      new ManagedStream(buffers, spec, producer, streams::remove);
                  streams.add(stream);
                  return stream;
                });
    made.announce();
    return made;
  }

  @Override
  public SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory) {
    return buffers.adopt(name, spec, layout, memory);
  }

  @Override
  public Shadow shadow(SharedBuffer original) {
    Objects.requireNonNull(original, "original");
    if (!(original instanceof BufferHandle handle)
        || handle.buffer().life.supplies != buffers
        || !handle.buffer().life.stays) {
      throw new IllegalArgumentException(
          original.name()
              + " was not adopted by this broker in memory that stays, so it needs no shadow:"
              + " attach to it");
    }
    ManagedBuffer its = handle.buffer();
    DeviceSpec spec =
        DeviceSpec.builder("shadow of " + its.name())
            .constraints(Constraints.builder().cpuOnly().build())
            .build();
    // The copier takes no name that an application may want for a device.
    RegisteredDevice copier = devices.unnamed(spec);
    BufferHandle copy =
        buffers.unreserved(spec.name(), its.storedTarget(), "shadowed here", made -> {});
    try {
      return new ShadowBuffer(handle, copy, copier, services.settings().mover());
    } catch (Throwable e) {
      copy.close();
      throw e;
    }
  }

  /** The heaps as they are now. */
  private FoundHeaps heaps() {
    return planner.table().found();
  }

  @Override
  public HeapsChanged rescan() {
    return rescans.run();
  }

  // ---- Looking ----

  @Override
  public Plan plan(BufferSpec spec, Collection<Device> wanted) {
    Objects.requireNonNull(wanted, "devices");
    List<RegisteredDevice> registered = new ArrayList<>(wanted.size());
    for (Device device : wanted) {
      registered.add(devices.own(device));
    }
    return buffers.plan(spec, registered);
  }

  @Override
  public Subscription listen(BrokerListener listener, Delivery delivery) {
    return services
        .listeners()
        .add(
            Objects.requireNonNull(listener, "listener"),
            Objects.requireNonNull(delivery, "delivery"));
  }

  @Override
  public BrokerSnapshot snapshot() {
    // This is read first, so that a buffer which ends now counts once or not at all.
    long maps = buffers.formerTakings();
    List<BrokerSnapshot.BufferState> states = buffers.snapshot();
    for (BrokerSnapshot.BufferState buffer : states) {
      maps += buffer.maps();
    }
    List<StreamState> streaming = streams.stream().map(ManagedStream::snapshot).toList();
    Time time = services.time();
    return new StateRecords.BrokerSnapshot(
        time.instant(time.nanos()),
        heaps().all().stream().map(HeapAccount::snapshot).toList(),
        memory.pressure(),
        heaps().closed().all(),
        devices.snapshot(),
        states.stream().filter(buffer -> buffer.state() != SharedBuffer.State.RELEASED).toList(),
        buffers.budgets(),
        streaming,
        services.fences().snapshot(),
        services.leaks().snapshot(),
        services.listeners().snapshot(),
        services.listeners().dropped(),
        services.lifecycle().isClosed(),
        maps);
  }

  // ---- The end ----

  @Override
  public void close() {
    if (!services.lifecycle().close() && !cutShort) {
      return;
    }
    try {
      end();
    } catch (VirtualMachineError e) {
      cutShort = true;
      throw e;
    }
  }

  /** Ends everything. What has ended already is left as it is. */
  private void end() {
    // Streams close their own buffers, so they end first.
    rescans.wake();
    streams.forEach(ManagedStream::shutDown);
    buffers.shutDown();
    heaps().all().forEach(heap -> heap.turns().dismiss());
    Duration timeout = services.settings().closeTimeout();
    boolean gone;
    try {
      gone = awaitEnd(Durations.nanos(timeout));
    } catch (InterruptedException e) {
      Caller.interrupt();
      throw Exceptions.waitInterrupted(
          "interrupted while closing the broker; " + buffers.describe(), e);
    } finally {
      // Heaps close once their last memory is given back, which may be later.
      heaps().all().forEach(HeapAccount::retire);
      services.fences().close();
      services.workers().close();
      services.listeners().tell(BrokerListener::brokerClosed);
    }
    if (!gone) {
      throw notGone(timeout);
    }
  }

  /** Blocks until every buffer is gone and the heaps have all memory back. False if it is late. */
  private boolean awaitEnd(long nanos) throws InterruptedException {
    Time time = services.time();
    long deadline = time.nanos() + nanos;
    if (!services.lifecycle().await(buffers::isEmpty, nanos, time)) {
      return false;
    }
    // Moves give memory back on workers, maybe later than its buffer is gone.
    for (HeapAccount heap : allHeaps()) {
      if (!heap.awaitReturns(deadline - time.nanos(), time)) {
        return false;
      }
    }
    return true;
  }

  /** The broker's heaps, and those that stand for adopted memory. */
  private List<HeapAccount> allHeaps() {
    List<HeapAccount> all = new ArrayList<>(heaps().all());
    all.addAll(buffers.adopted());
    return all;
  }

  private OutstandingMappingsException notGone(Duration timeout) {
    String when = "the broker is closed, but after " + timeout.toMillis() + " ms ";
    return buffers.isEmpty()
        ? Exceptions.outstandingMappings(
            when
                + "memory is still being given back to its heap: "
                + allHeaps().stream()
                    .filter(HeapAccount::hasMemoryOut)
                    .map(HeapAccount::name)
                    .collect(Collectors.joining(", ")),
            List.of(),
            null)
        : Exceptions.outstandingMappings(
            when + buffers.describe() + "; their memory is given back as they are closed",
            buffers.holders(),
            null);
  }

  @Override
  public String toString() {
    return "broker, "
        + (services.lifecycle().isClosed() ? "closed" : "open")
        + ", with heaps "
        + heaps().all().stream().map(HeapAccount::name).toList()
        + ", devices "
        + devices.names()
        + ", "
        + buffers.count()
        + " buffers and "
        + streams.size()
        + " streams";
  }

  /** The parts that the broker's rooms share, for tests. */
  public Services services() {
    return services;
  }
}
