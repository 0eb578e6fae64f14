package dev.dmabroker.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.Holder;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.Plan;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.event.MoveStats;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The broker: who and what there is, and the threads that work for it. */
final class BrokerEngine implements Broker {
  /** Copies that go on at the same time; more would fight over the memory bus. */
  private static final int COPIERS = 2;

  /**
   * Searches for memory that go on at the same time, so that a heap which hangs holds up no other.
   */
  private static final int WORKERS = 4;

  private static final long IDLE_SECONDS = 10;

  private final List<HeapAccount> heaps;
  private final List<HeapProvider.Closed> closedHeaps;
  private final BrokerFactory.Settings settings;
  private final Listeners listeners;
  private final Budgets budgets;
  private final Planner planner;
  private final Allocator allocator;
  private final Adoption adoption;
  private final ConcurrentHashMap<String, RegisteredDevice> devices = new ConcurrentHashMap<>();
  private final Set<BufferLife> buffers = ConcurrentHashMap.newKeySet();

  /** Mappings of buffers that are gone. */
  private final AtomicLong formerTakings = new AtomicLong();

  private final Set<ManagedStream> streams = ConcurrentHashMap.newKeySet();
  private final AtomicLong exported = new AtomicLong();
  private final AtomicLong unnamed = new AtomicLong();
  private final ThreadPoolExecutor workers;
  private final ThreadPoolExecutor copiers;
  private final ScheduledThreadPoolExecutor timer;
  private final Clock clock;
  private final WaitGraph waits = new WaitGraph();
  private final Fences fences;
  private final MoveStats noMoves;
  private final boolean recordsCallSites;
  private final Leaks leaks;
  private final Instant started = Instant.now();
  private final long startedNanos = System.nanoTime();
  private final MoveLog moveLog = new MoveLog();

  /** Guards {@code closed}, and is notified when a buffer is gone. */
  private final Object lifecycle = new Object();

  private volatile boolean closed;

  BrokerEngine(
      List<HeapAccount> heaps,
      List<HeapProvider.Closed> closedHeaps,
      Planner planner,
      Listeners listeners,
      BrokerFactory.Settings settings) {
    this.heaps = List.copyOf(heaps);
    this.closedHeaps = List.copyOf(closedHeaps);
    this.settings = settings;
    this.listeners = listeners;
    this.budgets = new Budgets(settings.budgets());
    this.planner = planner;
    this.allocator = new Allocator(planner, new Evictor(planner, buffers), listeners);
    this.adoption = new Adoption(planner.table(), buffers);
    this.workers = pool(WORKERS, "worker");
    this.copiers = pool(COPIERS, "mover");
    this.timer = timer();
    this.recordsCallSites = settings.recordCallSites();
    this.leaks = new Leaks(settings.leakTracking(), listeners);
    this.clock =
        new Clock(
            (delay, work) -> {
              Future<?> unused = schedule(delay, work);
            },
            this::isToBeNoted);
    this.fences =
        new Fences(
            settings.fencePoller(),
            () -> ServiceLoader.load(FencePoller.class).findFirst(),
            listeners,
            this::execute);
    this.noMoves = MoveStats.none(settings.maxMoveAttempts());
  }

  /** Its threads end when they have been idle for a while. */
  static ThreadPoolExecutor pool(int threads, String role) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads(role));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Keeps nothing of what is cancelled; its thread ends like those of a pool. */
  static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, threads("timer"));
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  private static ThreadFactory threads(String role) {
    return new ThreadFactoryBuilder()
        .setNameFormat("dmabroker-" + role + "-%d")
        .setDaemon(true)
        .build();
  }

  @Override
  public Device register(DeviceSpec spec) {
    checkRegistrable(spec); // Before the real device is bothered, and once more after.
    Probing probing = Probing.of(spec, heaps);
    RegisteredDevice device = new RegisteredDevice(this, spec, probing);
    synchronized (lifecycle) {
      checkRegistrable(spec);
      devices.put(spec.name(), device);
    }
    return device;
  }

  private void checkRegistrable(DeviceSpec spec) {
    checkOpen("register " + spec.name());
    if (devices.containsKey(spec.name())) {
      throw new DuplicateNameException(
          "cannot register device "
              + spec.name()
              + ": a device of that name is registered; close it first or choose another name");
    }
  }

  @Override
  public SharedBuffer export(BufferSpec spec) {
    return export("buffer-" + unnamed.incrementAndGet(), spec);
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec) {
    return export(name, spec, null, null);
  }

  @Override
  public List<SharedBuffer> exportSet(String name, BufferSpec spec, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a set has at least one buffer, not " + count);
    }
    MoveQueue<BufferLife> queue = new MoveQueue<>();
    ImmutableList.Builder<SharedBuffer> set = ImmutableList.builder();
    for (int i = 1; i <= count; i++) {
      set.add(export(name + "-" + i, spec, null, queue));
    }
    return set.build();
  }

  @Override
  public SharedBuffer export(String name, BufferSpec spec, Device owner) {
    return export(name, spec, own(owner), null);
  }

  private SharedBuffer export(
      String name,
      BufferSpec spec,
      @Nullable RegisteredDevice owner,
      @Nullable MoveQueue<BufferLife> queue) {
    Throwable site = leaks.site("exported here");
    return new BufferHandle(
        handle -> make(name, spec, owner, queue, new Leakable.Origin(handle, site)));
  }

  /** A buffer, of the broker's own unless {@code origin} says who is to close it. */
  ManagedBuffer make(
      String name,
      BufferSpec spec,
      @Nullable RegisteredDevice owner,
      @Nullable MoveQueue<BufferLife> queue,
      Leakable.@Nullable Origin origin) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a buffer's name must not be blank");
    }
    // Refuses a size that overflows here and now.
    long sizeBytes = Objects.requireNonNull(spec, "spec").layout().sizeBytes();
    synchronized (lifecycle) {
      checkOpen("export " + name);
      Budgets.Reservation reservation =
          budgets.reserve("export " + name + " (" + spec + ")", owner, sizeBytes);
      ManagedBuffer buffer =
          new ManagedBuffer(
              this,
              exported.incrementAndGet(),
              name,
              planner.target(spec),
              reservation,
              queue,
              origin);
      keep(buffer);
      return buffer;
    }
  }

  @Override
  public BufferStream stream(StreamSpec spec) {
    RegisteredDevice producer = own(spec.producer());
    producer.checkOpen("stream from it");
    checkDeclared(producer, Access.OVERWRITE, spec.name());
    synchronized (lifecycle) {
      checkOpen("make stream " + spec.name());
      ManagedStream stream = new ManagedStream(this, spec, producer, streams::remove);
      streams.add(stream);
      return stream;
    }
  }

  /** Refuses early what every map would refuse. */
  static void checkDeclared(RegisteredDevice device, Access access, String stream) {
    if (!device.access().permits(access)) {
      throw new UndeclaredAccessException(
          "cannot use "
              + device.name()
              + " in stream "
              + stream
              + ": it would map with "
              + access
              + " and declared "
              + device.access()
              + "; declare what it needs with DeviceSpec.access");
    }
  }

  /** A buffer over no heap's reservation, and what its user holds of it. */
  private BufferHandle handle(
      String name, Target target, String what, UnaryOperator<ManagedBuffer> begin) {
    Throwable site = leaks.site(what);
    return new BufferHandle(
        handle -> {
          ManagedBuffer buffer =
              begin.apply(
                  new ManagedBuffer(
                      this,
                      exported.incrementAndGet(),
                      name,
                      target,
                      budgets.none(),
                      /* queue= */ null,
                      new Leakable.Origin(handle, site)));
          synchronized (lifecycle) {
            checkOpen("make " + name);
            keep(buffer);
          }
          return buffer;
        });
  }

  private void keep(ManagedBuffer buffer) {
    buffers.add(buffer);
    if (leaks.isTracking()) {
      Leaks.keep(this); // Or it would be lost together with its users.
    }
  }

  @Override
  public SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a buffer's name must not be blank");
    }
    checkOpen("adopt " + name);
    boolean stays = !memory.movable();
    Target target = planner.target(spec);
    Place place = adoption.take(name, target, layout, memory);
    SharedBuffer buffer;
    try {
      buffer =
          handle(
              name,
              target,
              "adopted here",
              adopted -> {
                adopted.adopt(place, stays);
                return adopted;
              });
    } catch (RuntimeException | Error e) {
      place.release();
      throw e;
    }
    var event = new MemoryAllocated(name, place.heap().name(), place.sizeBytes(), Duration.ZERO);
    listeners.tell(listener -> listener.allocated(event));
    return buffer;
  }

  @Override
  public Shadow shadow(SharedBuffer original) {
    if (!(original instanceof BufferHandle handle)
        || handle.buffer().engine != this
        || !handle.buffer().stays()) {
      throw new IllegalArgumentException(
          original.name()
              + " was not adopted by this broker in memory that stays, so it needs no shadow:"
              + " attach to it");
    }
    ManagedBuffer its = handle.buffer();
    DeviceSpec spec =
        DeviceSpec.named("shadow of " + its.name())
            .constraints(Constraints.builder().cpuReach().build());
    RegisteredDevice copier = new RegisteredDevice(this, spec, Probing.of(spec, List.of()));
    BufferHandle copy = handle(spec.name(), its.storedTarget(), "shadowed here", made -> made);
    try {
      return new ShadowBuffer(handle, copy, copier, settings.mover());
    } catch (RuntimeException | Error e) {
      copy.close();
      throw e;
    }
  }

  private void checkOpen(String intent) {
    if (closed) {
      throw new ClosedException("cannot " + intent + ": the broker is closed");
    }
  }

  @Override
  public Plan plan(BufferSpec spec, Collection<Device> wanted) {
    List<RegisteredDevice> registered = new ArrayList<>(wanted.size());
    for (Device device : wanted) {
      registered.add(own(device));
    }
    return planner.plan(spec, registered);
  }

  @Override
  public AutoCloseable listen(BrokerListener listener) {
    return listeners.add(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public BrokerSnapshot snapshot() {
    long maps = formerTakings.get(); // First, so that a buffer which ends now counts once or not.
    List<BrokerSnapshot.BufferState> states = buffers.stream().map(BufferLife::snapshot).toList();
    for (BrokerSnapshot.BufferState buffer : states) {
      maps += buffer.maps();
    }
    return new BrokerSnapshot(
        heaps.stream().map(HeapAccount::snapshot).toList(),
        closedHeaps,
        devices.values().stream()
            .map(
                device ->
                    new BrokerSnapshot.DeviceState(
                        device.name(),
                        device.constraints(),
                        device.longestHold(),
                        device.findings()))
            .toList(),
        states.stream().filter(buffer -> buffer.state() != SharedBuffer.State.RELEASED).toList(),
        budgets.snapshot(),
        streams.stream().map(ManagedStream::snapshot).toList(),
        fences.snapshot(),
        leaks.snapshot(),
        closed,
        maps);
  }

  @Override
  public void close() {
    synchronized (lifecycle) {
      if (closed) {
        return;
      }
      closed = true;
    }
    streams.forEach(ManagedStream::shutDown);
    buffers.forEach(BufferLife::shutDown);
    try {
      awaitBuffers();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("interrupted while closing the broker; " + describe(), e);
    } finally {
      heaps.forEach(HeapAccount::retire);
      fences.close();
      timer.shutdownNow();
      workers.shutdown();
      copiers.shutdown();
    }
    if (!buffers.isEmpty()) {
      List<Holder> holders = holders();
      throw new OutstandingMappingsException(
          "the broker is closed, but after "
              + settings.closeTimeout().toMillis()
              + " ms "
              + describe()
              + "; their memory is given back as they are closed",
          holders,
          null);
    }
  }

  private void awaitBuffers() throws InterruptedException {
    long deadline = System.nanoTime() + Durations.nanos(settings.closeTimeout());
    synchronized (lifecycle) {
      while (!buffers.isEmpty()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return;
        }
        TimeUnit.NANOSECONDS.timedWait(lifecycle, left);
      }
    }
  }

  private List<Holder> holders() {
    List<Holder> holders = new ArrayList<>();
    buffers.forEach(buffer -> holders.addAll(buffer.currentHolders()));
    return holders;
  }

  private String describe() {
    return buffers.size()
        + " buffers are still in use: "
        + buffers.stream().map(BufferLife::describeUse).collect(Collectors.joining(", "));
  }

  // ---- What buffers and devices need ----

  RegisteredDevice own(Device device) {
    if (device instanceof RegisteredDevice registered && registered.belongsTo(this)) {
      return registered;
    }
    throw new IllegalArgumentException("device " + device.name() + " belongs to another broker");
  }

  void forget(RegisteredDevice device) {
    devices.remove(device.name(), device);
  }

  void forget(BufferLife buffer) {
    synchronized (lifecycle) {
      if (buffers.remove(buffer)) {
        if (buffers.isEmpty()) {
          Leaks.release(this);
        }
        formerTakings.addAndGet(buffer.formerTakings());
      }
      lifecycle.notifyAll();
    }
  }

  BrokerFactory.Settings settings() {
    return settings;
  }

  Planner planner() {
    return planner;
  }

  Allocator allocator() {
    return allocator;
  }

  Listeners listeners() {
    return listeners;
  }

  Clock clock() {
    return clock;
  }

  WaitGraph waits() {
    return waits;
  }

  Fences fences() {
    return fences;
  }

  /** Of a buffer that has not moved yet. */
  MoveStats noMoves() {
    return noMoves;
  }

  Leaks leaks() {
    return leaks;
  }

  /** When that was, as clocks on the wall have it; the same at each call. */
  Instant instant(long nanos) {
    return started.plusNanos(nanos - startedNanos);
  }

  MoveLog moveLog() {
    return moveLog;
  }

  private boolean isToBeNoted(long nowNanos) {
    return recordsCallSites || leaks.isDue(nowNanos);
  }

  /**
   * Where a mapping is made, if that is to be noted; such a mapping is followed. At the clock's
   * exact readings only.
   */
  @Nullable Throwable callSite(long nowNanos) {
    return isToBeNoted(nowNanos) ? leaks.sample(nowNanos, "mapped here") : null;
  }

  /** The same, where there is time to read the clock. */
  @Nullable Throwable callSite() {
    return callSite(clock.nanos());
  }

  /** Runs work that may take long: finding memory, giving it back. */
  void execute(Runnable work) {
    execute(workers, work);
  }

  /** Runs a copy, for which the pipeline waits. */
  void executeCopy(Runnable work) {
    execute(copiers, work);
  }

  private static void execute(ThreadPoolExecutor pool, Runnable work) {
    Runnable guarded = () -> Listeners.guarded("a worker", work);
    try {
      pool.execute(guarded);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // What is left after closing is giving memory back. And if no thread can be made the work is
      // not queued: it must be done all the same, or what waits for it waits for ever.
      guarded.run();
    }
  }

  /** Runs something short later; never, once the broker is closed. */
  Future<?> schedule(Duration delay, Runnable work) {
    try {
      return timer.schedule(
          () -> Listeners.guarded("a timer", work), Durations.nanos(delay), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return CompletableFuture.completedFuture(null);
    }
  }

  /** What is to be done later; each keeps what it is for. */
  int scheduled() {
    return timer.getQueue().size();
  }

  /** Hands a result to what the user chained. */
  void callback(Runnable work) {
    try {
      settings.callbackExecutor().execute(work);
    } catch (RejectedExecutionException e) {
      work.run(); // Late and in the wrong thread is better than a mapping that nobody gets.
    }
  }
}
