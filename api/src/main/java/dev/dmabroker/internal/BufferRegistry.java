package dev.dmabroker.internal;

import com.google.common.collect.Iterables;
import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The living buffers of one broker. It makes them, with what they need to find memory, and knows
 * when the last one is gone. Thread-safe.
 */
final class BufferRegistry {
  private final Services services;
  private final DeviceRegistry devices;
  private final Planner planner;
  private final Allocator allocator;
  private final Adoption adoption;
  private final Budgets budgets;
  private final Set<BufferLife> buffers = ConcurrentHashMap.newKeySet();
  private final AtomicLong exported = new AtomicLong();

  /** Mappings of buffers that are gone. */
  private final AtomicLong formerTakings = new AtomicLong();

  BufferRegistry(Services services, DeviceRegistry devices, Planner planner) {
    this.services = services;
    this.devices = devices;
    this.planner = planner;
    Iterable<Tenant> tenants = Iterables.transform(buffers, BufferTenant::new);
    this.allocator = new Allocator(planner, new Evictor(planner, tenants), services.listeners());
    this.adoption = new Adoption(planner.table(), tenants);
    this.budgets = new Budgets(services.settings().budgets());
  }

  // ---- Making buffers ----

  /** A buffer without memory, and the handle that the application holds of it. */
  BufferHandle export(
      String name,
      BufferSpec spec,
      @Nullable RegisteredDevice owner,
      @Nullable MoveQueue<BufferLife> queue) {
    Throwable site = services.leaks().site("exported here");
    return new BufferHandle(
        handle -> make(name, spec, owner, queue, new Leakable.Origin(handle, site)));
  }

  /**
   * A buffer without memory.
   *
   * @param origin the handle that closes it; null if the broker itself does
   */
  ManagedBuffer make(
      String name,
      BufferSpec spec,
      @Nullable RegisteredDevice owner,
      @Nullable MoveQueue<BufferLife> queue,
      Leakable.@Nullable Origin origin) {
    checkName(name);
    // Refuses a size that overflows here and now.
    long sizeBytes = Objects.requireNonNull(spec, "spec").layout().sizeBytes();
    return services
        .lifecycle()
        .whileOpen(
            "export " + name,
            () -> {
              Budgets.Reservation reservation =
                  budgets.reserve("export " + name + " (" + spec + ")", charged(owner), sizeBytes);
              return keep(
                  new ManagedBuffer(
                      this,
                      exported.incrementAndGet(),
                      name,
                      planner.target(spec),
                      reservation,
                      queue,
                      origin));
            });
  }

  /** A buffer in memory that was there before. */
  SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory) {
    checkName(name);
    services.lifecycle().checkOpen("adopt " + name);
    boolean stays = !memory.movable();
    Target target = planner.target(spec);
    PlacedMemory taken = adoption.take(name, target, layout, memory);
    SharedBuffer buffer;
    try {
      buffer =
          unreserved(
              name,
              target,
              "adopted here",
              adopted -> {
                adopted.adopt(new Place(taken), stays);
                return adopted;
              });
    } catch (RuntimeException | Error e) {
      taken.release();
      throw e;
    }
    var event =
        new EventRecords.MemoryAllocated(
            name, taken.heap().name(), taken.sizeBytes(), Duration.ZERO);
    services.listeners().tell(listener -> listener.allocated(event));
    return buffer;
  }

  /** A buffer that is charged to no budget, and the handle that the application holds of it. */
  BufferHandle unreserved(
      String name, Target target, String what, UnaryOperator<ManagedBuffer> begin) {
    Throwable site = services.leaks().site(what);
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
    if (name.isBlank()) {
      throw new IllegalArgumentException("a buffer's name must not be blank");
    }
  }

  private ManagedBuffer keep(ManagedBuffer buffer) {
    buffers.add(buffer);
    if (services.leaks().isTracking()) {
      Leaks.keep(this); // Or it would be lost together with its users.
    }
    return buffer;
  }

  // ---- Their end ----

  /** The buffer is gone. */
  void forget(BufferLife buffer) {
    Lifecycle lifecycle = services.lifecycle();
    synchronized (lifecycle) {
      if (buffers.remove(buffer)) {
        if (buffers.isEmpty()) {
          Leaks.release(this);
        }
        formerTakings.addAndGet(buffer.formerTakings());
      }
      lifecycle.signal();
    }
  }

  /** The broker is closed: each buffer ends once its last mapping does. */
  void shutDown() {
    buffers.forEach(BufferLife::shutDown);
  }

  boolean isEmpty() {
    return buffers.isEmpty();
  }

  // ---- Looking ----

  Services services() {
    return services;
  }

  DeviceRegistry devices() {
    return devices;
  }

  Planner planner() {
    return planner;
  }

  Allocator allocator() {
    return allocator;
  }

  List<Holder> holders() {
    List<Holder> holders = new ArrayList<>();
    buffers.forEach(buffer -> holders.addAll(buffer.currentHolders()));
    return holders;
  }

  /** The buffers that are left, and what keeps each. */
  String describe() {
    return buffers.size()
        + " buffers are still in use: "
        + buffers.stream().map(BufferLife::describeUse).collect(Collectors.joining(", "));
  }

  /**
   * Mappings of buffers that are gone: read before {@link #snapshot}, or some would count twice.
   */
  long formerTakings() {
    return formerTakings.get();
  }

  List<BrokerSnapshot.BufferState> snapshot() {
    return buffers.stream().map(BufferLife::snapshot).toList();
  }

  List<BrokerSnapshot.BudgetState> budgets() {
    return budgets.snapshot();
  }
}
