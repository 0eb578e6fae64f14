package dev.dmabroker.internal.buffer;

import dev.dmabroker.Holder;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.allocation.Adoption;
import dev.dmabroker.internal.allocation.Allocator;
import dev.dmabroker.internal.allocation.Evictor;
import dev.dmabroker.internal.allocation.PlacedMemory;
import dev.dmabroker.internal.allocation.Rebalancer;
import dev.dmabroker.internal.allocation.Residents;
import dev.dmabroker.internal.check.BufferCheck;
import dev.dmabroker.internal.device.DeviceRegistry;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.heap.Budgets;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.move.MoveQueue;
import dev.dmabroker.internal.placement.BufferCounts;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.placement.Target;
import dev.dmabroker.internal.runtime.Lifecycle;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.spec.BufferSpec;
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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The living buffers of one broker. The registry makes buffers, with what they need to find memory,
 * and knows when the last one is gone. Thread-safe.
 */
public final class BufferRegistry implements Supplies {
  private final Services services;
  private final DeviceRegistry devices;
  private final Planner planner;
  private final Evictor evictor;
  private final Allocator allocator;
  private final Rebalancer rebalancer;
  private final Adoption adoption;
  private final Budgets budgets;
  private final Set<BufferLife> buffers = ConcurrentHashMap.newKeySet();

  /** The number of the buffer that was made last; it identifies the buffer in snapshots. */
  private final AtomicLong exported = new AtomicLong();

  /** How many mappings there were of buffers that are gone. */
  private final AtomicLong formerTakings = new AtomicLong();

  /**
   * Makes a registry without buffers.
   *
   * @param whenFull is called after a heap has refused for want of memory; must not block
   */
  public BufferRegistry(
      Services services,
      DeviceRegistry devices,
      Planner planner,
      Budgets budgets,
      Runnable whenFull) {
    this.services = services;
    this.devices = devices;
    this.planner = planner;
    Residents residents = new Residents();
    this.evictor = new Evictor(planner, residents, services.time());
    this.allocator =
        new Allocator(
            planner,
            evictor,
            residents,
            services.listeners(),
            services.time(),
            devices::hasGroups,
            whenFull);
    this.rebalancer =
        new Rebalancer(
            services.settings().rebalancing(),
            planner,
            residents,
            services.time(),
            services.workers());
    this.adoption = new Adoption(planner::table, residents, services.time());
    this.budgets = budgets;
  }

  // ---- Making buffers ----

  /** Makes a buffer without memory, and the handle that the application holds of it. */
  public BufferHandle export(
      String name, BufferSpec spec, @Nullable RegisteredDevice owner, MoveQueue<BufferLife> queue) {
    Throwable site = services.leaks().site("exported here");
    return new BufferHandle(
        BufferCheck.of(services),
        handle -> make(name, spec, owner, queue, new Leakable.Origin(handle, site)));
  }

  /**
   * Makes buffers without memory that move one at a time; all of them, or none.
   *
   * @throws IllegalArgumentException unless the count is 1 to {@link BufferCounts#MOST}
   */
  public List<SharedBuffer> exportSet(String name, BufferSpec spec, int count) {
    Objects.requireNonNull(name, "name");
    if (count < 1 || count > BufferCounts.MOST) {
      throw new IllegalArgumentException(
          "cannot export "
              + name
              + ": a set has 1 to "
              + BufferCounts.MOST
              + " buffers, not "
              + count
              + "; "
              + (count < 1 ? "a set without buffers is of no use" : "export several sets"));
    }
    MoveQueue<BufferLife> queue = new MoveQueue<>();
    return WholeSet.make(
        count, number -> export(name + "-" + number, spec, /* owner= */ null, queue));
  }

  /**
   * Makes a buffer without memory.
   *
   * @param origin the handle that closes the buffer; null if the broker itself does
   */
  public ManagedBuffer make(
      String name,
      BufferSpec spec,
      @Nullable RegisteredDevice owner,
      MoveQueue<BufferLife> queue,
      Leakable.@Nullable Origin origin) {
    checkName(name);
    // A size that overflows is refused here and now.
    long sizeBytes = Objects.requireNonNull(spec, "spec").layout().sizeBytes();
    return services
        .lifecycle()
        .whileOpen(
            "export " + name,
            () -> {
              Budgets.Reservation reservation =
                  budgets.reserve("export " + name + " (" + spec + ")", charged(owner), sizeBytes);
              try {
                BufferLife made =
                    new BufferLife(
                        this,
                        exported.incrementAndGet(),
                        name,
                        planner.target(spec),
                        reservation,
                        queue,
                        origin);
                if (owner != null) {
                  made.trust.ownedBy(owner.trustGroup());
                }
                return keep(made);
              } catch (Throwable t) {
                reservation.end(); // No buffer has taken it over.
                throw t;
              }
            });
  }

  /** Makes a buffer in memory that was there before. */
  public SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory) {
    checkName(name);
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(memory, "memory");
    services.lifecycle().checkOpen("adopt " + name);
    Target target = planner.target(spec);
    PlacedMemory taken = adoption.take(name, target, layout, memory);
    SharedBuffer buffer;
    try {
      buffer =
          unreserved(
              name,
              target,
              "adopted here",
              adopted -> adopted.adopt(new Place(taken), !taken.isMovable()));
    } catch (Throwable e) {
      // No buffer has taken the memory over.
      taken.release();
      throw e;
    }
    var event =
        new EventRecords.MemoryAllocated(
            name, taken.heap().name(), taken.sizeBytes(), Duration.ZERO);
    services.listeners().tell(listener -> listener.allocated(event));
    return buffer;
  }

  /**
   * Makes a buffer that is charged to no budget, and the handle that the application holds of it.
   */
  public BufferHandle unreserved(
      String name, Target target, String what, Consumer<BufferLife> begin) {
    Throwable site = services.leaks().site(what);
    return new BufferHandle(
        BufferCheck.of(services),
        handle -> {
          BufferLife buffer =
              new BufferLife(
                  this,
                  exported.incrementAndGet(),
                  name,
                  target,
                  budgets.none(),
                  MoveQueue.alone(),
                  new Leakable.Origin(handle, site));
          begin.accept(buffer);
          return services.lifecycle().whileOpen("make " + name, () -> keep(buffer));
        });
  }

  /** The budgets that a buffer counts against: those of its owner and of the owner's group. */
  private static List<String> charged(@Nullable RegisteredDevice owner) {
    return owner == null
        ? List.of()
        : Stream.concat(Stream.of(owner.name()), owner.group().stream()).toList();
  }

  private static void checkName(String name) {
    if (Objects.requireNonNull(name, "name").isBlank()) {
      throw new IllegalArgumentException("a buffer's name must not be blank");
    }
  }

  /** Knows the buffer from now on, unless this throws. */
  private ManagedBuffer keep(BufferLife buffer) {
    ManagedBuffer managed = new ManagedBuffer(buffer);
    if (services.leaks().isTracking()) {
      Leaks.keep(this); // Otherwise it would be lost together with its users.
    }
    buffers.add(buffer);
    return managed;
  }

  /** Heaps have joined the broker, where buffers may find the memory that they wait for. */
  public void heapsJoined() {
    buffers.forEach(Moving::heapsJoined);
    rebalancer.stir();
  }

  /** Others take more or less of the heaps than before. */
  public void memoryChanged() {
    rebalancer.stir();
  }

  // ---- Their end ----

  @Override
  public void forget(BufferLife buffer) {
    Lifecycle lifecycle = services.lifecycle();
    synchronized (lifecycle) {
      if (buffers.remove(buffer)) {
        formerTakings.addAndGet(buffer.formerTakings());
      }
      if (buffers.isEmpty()) {
        Leaks.release(this);
      }
      lifecycle.signal();
    }
  }

  /** The broker is closed: each buffer ends once its last mapping is closed. */
  public void shutDown() {
    rebalancer.close();
    buffers.forEach(Ending::shutDown);
    evictor.turns().dismiss();
  }

  public boolean isEmpty() {
    return buffers.isEmpty();
  }

  /** Returns how many buffers have not ended. */
  public int count() {
    return buffers.size();
  }

  /** The accounts of the memory that is adopted now. */
  public Collection<HeapAccount> adopted() {
    return adoption.accounts();
  }

  // ---- Looking ----

  /**
   * Plans buffers for devices.
   *
   * @throws dev.dmabroker.ClosedException if a device or the broker is closed
   */
  public Plan plan(BufferSpec spec, List<RegisteredDevice> wanted) {
    Objects.requireNonNull(spec, "spec");
    if (services.lifecycle().isClosed() || wanted.stream().anyMatch(RegisteredDevice::isClosed)) {
      services.lifecycle().checkOpen("plan " + spec);
      wanted.forEach(device -> device.checkOpen("plan " + spec + " for it"));
    }
    return planner.plan(
        spec,
        wanted,
        budgets.areNone()
            ? List.of()
            : wanted.stream().map(device -> budgets.tightest(charged(device))).toList());
  }

  @Override
  public Services services() {
    return services;
  }

  @Override
  public DeviceRegistry devices() {
    return devices;
  }

  @Override
  public Planner planner() {
    return planner;
  }

  @Override
  public Allocator allocator() {
    return allocator;
  }

  @Override
  public Rebalancer rebalancer() {
    return rebalancer;
  }

  /** The holders of mappings of all buffers. */
  public List<Holder> holders() {
    List<Holder> holders = new ArrayList<>();
    buffers.forEach(buffer -> holders.addAll(buffer.currentHolders()));
    return holders;
  }

  /** The buffers that are left, in words, and what keeps each. */
  public String describe() {
    return buffers.size()
        + " buffers are still in use: "
        + buffers.stream()
            .map(buffer -> buffer.looking(BufferReport::use))
            .collect(Collectors.joining(", "));
  }

  /**
   * How many mappings there were of buffers that are gone. It is read before {@link #snapshot}, or
   * the mappings of a buffer that ends in between would count twice.
   */
  public long formerTakings() {
    return formerTakings.get();
  }

  public List<BrokerSnapshot.BufferState> snapshot() {
    return buffers.stream().map(BufferLife::snapshot).toList();
  }

  public List<BrokerSnapshot.BudgetState> budgets() {
    return budgets.snapshot();
  }
}
