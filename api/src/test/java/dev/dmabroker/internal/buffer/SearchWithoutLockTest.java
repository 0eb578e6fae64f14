package dev.dmabroker.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.internal.allocation.Allocator;
import dev.dmabroker.internal.allocation.Rebalancer;
import dev.dmabroker.internal.device.DeviceRegistry;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.move.MoveQueue;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.services.Services;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Searches for a placement, and for the reason why there is none, do not hold up maps: they run
 * without the buffer's lock, and what they find counts only if nothing has changed meanwhile.
 */
class SearchWithoutLockTest extends Fixture {
  private static final Constraints NOWHERE =
      Constraints.builder().permittedHeaps("nowhere").build();

  /** What is done when a planner is asked for without the lock: then a search begins. */
  private Runnable onSearch = () -> {};

  private final AtomicInteger searches = new AtomicInteger();
  private final ManagedBuffer buffer = watched();
  private final Device camera = broker.register("camera", Constraints.none());

  /** A buffer of the broker that tells of searches. */
  private ManagedBuffer watched() {
    BufferLife real = Handles.of(export()).life;
    Supplies supplies = real.supplies;
    Planner planner = supplies.planner();
    BufferLife[] made = new BufferLife[1];
    made[0] =
        new BufferLife(
            new Supplies() {
              @Override
              public Services services() {
                return supplies.services();
              }

              @Override
              public DeviceRegistry devices() {
                return supplies.devices();
              }

              @Override
              public Planner planner() {
                if (!Thread.holdsLock(made[0].lock)) {
                  searches.incrementAndGet();
                  onSearch.run();
                }
                return planner;
              }

              @Override
              public Allocator allocator() {
                return supplies.allocator();
              }

              @Override
              public Rebalancer rebalancer() {
                return supplies.rebalancer();
              }

              @Override
              public void forget(BufferLife buffer) {}
            },
            1000,
            "watched",
            planner.target(BlobSpec.of(SIZE)),
            real.reservation,
            MoveQueue.alone(),
            null);
    return new ManagedBuffer(made[0]);
  }

  private Device choosy(String name, Constraints... alternatives) {
    return broker.register(DeviceSpec.builder(name).alternatives(alternatives).build());
  }

  /** Maps in another thread, and returns when that is done. */
  private void mapElsewhere(AttachedDevice in) {
    try {
      start(() -> in.map(Access.READ)).result().close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whileAnAttachSearchesAnotherThreadMaps() {
    AttachedDevice in = buffer.attach(camera);
    searches.set(0);
    onSearch = () -> mapElsewhere(in);
    buffer.attach(choosy("display", CONTIGUOUS, Constraints.none()));
    assertEquals(1, searches.get());
  }

  @Test
  void whileARefusalIsExplainedAnotherThreadMaps() {
    AttachedDevice in = buffer.attach(camera);
    searches.set(0);
    onSearch = () -> mapElsewhere(in);
    Device plain = broker.register("lost", NOWHERE);
    assertThrows(UnsatisfiableException.class, () -> buffer.attach(plain));
    assertEquals(1, searches.get(), "the explanation alone");
    Device choosy = choosy("loser", NOWHERE, NOWHERE);
    assertThrows(UnsatisfiableException.class, () -> buffer.attach(choosy));
    assertEquals(3, searches.get(), "a search and an explanation");
  }

  @Test
  void aSearchThatDevicesOvertookIsMadeAnew() {
    buffer.attach(camera);
    Device display = broker.register("display", CONTIGUOUS);
    searches.set(0);
    onSearch =
        () -> {
          onSearch = () -> {};
          buffer.attach(display);
        };
    // Alone, or beside the camera, the device could be served by scattered memory.
    Constraints scattered = Constraints.builder().permittedHeaps("system").build();
    assertThrows(
        UnsatisfiableException.class,
        () -> buffer.attach(choosy("scattered", scattered, scattered)));
    assertEquals(3, searches.get(), "two searches, and an explanation");
  }

  @Test
  void whileADetachSearchesAnotherThreadMaps() {
    AttachedDevice in = buffer.attach(camera);
    AttachedDevice display = buffer.attach(broker.register("display", CONTIGUOUS));
    Constraints scattered = Constraints.builder().permittedHeaps("system").build();
    AttachedDevice spare =
        buffer.attach(
            broker.register(
                DeviceSpec.builder("spare").constraints(scattered).dispensable().build()));
    assertTrue(spare.isLeftOut());
    int before = searches.get();
    List<Boolean> leftOut = new ArrayList<>(); // What is thrown in a search would only be logged.
    onSearch =
        () -> {
          onSearch = () -> {};
          leftOut.add(spare.isLeftOut());
          mapElsewhere(in);
        };
    assertTrue(buffer.detach(display));
    assertEquals(List.of(true), leftOut, "until the search is over");
    assertEquals(before + 1, searches.get());
    assertFalse(spare.isLeftOut());
  }

  /** The device that comes during the search cannot be served beside the spare one. */
  @Test
  void aDetachThatAnAttachOvertookSearchesAnew() {
    AttachedDevice display = buffer.attach(broker.register("display", CONTIGUOUS));
    Constraints scattered = Constraints.builder().permittedHeaps("system").build();
    AttachedDevice spare =
        buffer.attach(
            broker.register(
                DeviceSpec.builder("spare").constraints(scattered).dispensable().build()));
    Device other = broker.register("other", CONTIGUOUS);
    onSearch =
        () -> {
          onSearch = () -> {};
          buffer.attach(other);
        };
    assertTrue(buffer.detach(display));
    assertTrue(spare.isLeftOut());
  }

  @Test
  void whileATenantLooksForAnotherHeapItIsMapped() {
    AttachedDevice in = buffer.attach(camera);
    try (Mapping mapping = in.map(Access.WRITE)) {
      assertEquals("system", mapping.heapName());
    }
    BufferTenant tenant = new BufferTenant(buffer.life);
    HeapAccount here = buffer.life.resident().heap();
    assertEquals("watched", tenant.resident(here).map(resident -> resident.buffer()).orElseThrow());
    onSearch = () -> mapElsewhere(in);
    assertTrue(tenant.resident(here).isPresent());
    onSearch = () -> buffer.attach(broker.register("late", Constraints.none()));
    assertEquals(Optional.empty(), tenant.resident(here), "it was looked for without that device");
  }
}
