package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When imports are made and dropped. The importer is played, the broker is real. */
@Timeout(60)
class ImportCacheTest {
  private static final String SYSTEM = "modelled-system";
  private static final String CMA = "modelled-cma";

  private final Numbers importer = new Numbers();
  private final ImportCache<Integer> cache = new ImportCache<>(importer);
  private final List<Attachment> late = new ArrayList<>();
  private Broker broker;
  private Device device;

  /** Imports are numbers, from 1. */
  private static final class Numbers implements ImportCache.Importer<Integer> {
    final List<Integer> closed = Collections.synchronizedList(new ArrayList<>());
    int opened;
    @Nullable DeviceException refusal;

    @Override
    public Integer open(MappedMemory memory) {
      refuse();
      return ++opened;
    }

    @Override
    public void close(Integer imported) {
      closed.add(imported);
      refuse();
    }

    private void refuse() {
      if (refusal != null) {
        throw refusal;
      }
    }
  }

  @BeforeEach
  void open() {
    broker = Broker.builder().heaps(Heaps.modelledStandIns()).build();
    device = broker.register("importer", Constraints.builder().cpuReach().build());
  }

  @AfterEach
  void close() {
    cache.close();
    cache.close();
    assertEquals(importer.opened, importer.closed.size(), "each is closed once");
    broker.close();
  }

  private Attachment attachment(String name) {
    return broker.export(name, BlobSpec.of(4096)).attach(device);
  }

  private ImportCache.Use<Integer> use(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ)) {
      return cache.use(Loan.of(attachment, mapping));
    }
  }

  private int once(Attachment attachment) {
    try (ImportCache.Use<Integer> use = use(attachment)) {
      return use.imported();
    }
  }

  private void move(SharedBuffer buffer) {
    String other = buffer.heapName().orElseThrow().equals(SYSTEM) ? CMA : SYSTEM;
    // An attachment that nothing refers to is closed by the broker, and then nothing has to move.
    late.add(
        buffer.attach(
            broker.register(
                "late", Constraints.builder().cpuReach().permittedHeaps(other).build())));
    Await.until("it lies in " + other, () -> buffer.heapName().filter(other::equals).isPresent());
  }

  @Test
  void memoryIsImportedOnce() {
    Attachment one = attachment("one");
    Attachment two = attachment("two");
    for (int i = 0; i < 3; i++) {
      assertEquals(1, once(one));
      assertEquals(2, once(two));
    }
    assertEquals(2, cache.count());
    assertEquals(List.of(), importer.closed);
  }

  @Test
  void aMappingWithoutItsAttachmentIsToldByItsMemory() {
    Attachment one = attachment("one");
    Attachment two = attachment("two");
    for (int i = 0; i < 3; i++) {
      for (Attachment each : List.of(one, two)) {
        try (Mapping mapping = each.map(Access.READ)) {
          cache.use(Loan.of(mapping)).close();
        }
      }
    }
    assertEquals(2, importer.opened);
  }

  @Test
  void aMoveDropsAnImportThatIsNotInUseAtOnce() {
    Attachment one = attachment("one");
    assertEquals(1, once(one));
    move(one.buffer());
    Await.until("the move is told", () -> importer.closed.equals(List.of(1)));
    assertEquals(2, once(one));
  }

  @Test
  void anImportInUseOutlastsTheMoveUntilTheUseEnds() {
    Attachment one = attachment("one");
    ImportCache.Use<Integer> shown = use(one);
    ImportCache.Use<Integer> again = use(one);
    move(one.buffer());
    Await.until("the move is told", () -> cache.count() == 0);
    assertEquals(2, once(one));
    shown.close();
    shown.close();
    assertEquals(List.of(), importer.closed);
    again.close();
    assertEquals(List.of(1), importer.closed);
  }

  /** The memory of a buffer that is evacuated, and comes back, is other memory. */
  @Test
  void anotherPlaceOfTheBufferReplacesTheOlder() {
    Attachment one = attachment("one");
    assertEquals(1, once(one));
    one.buffer().evacuate();
    assertEquals(2, once(one));
    assertEquals(List.of(1), importer.closed);
    assertEquals(1, cache.count());
  }

  @Test
  void whatIsNotUsedForLongIsDropped() {
    Attachment idle = attachment("idle");
    Attachment busy = attachment("busy");
    assertEquals(1, once(idle));
    ImportCache.Use<Integer> held = use(attachment("held"));
    for (int i = 0; i <= ImportCache.KEPT_USES + 2; i++) {
      assertEquals(3, once(busy));
    }
    assertEquals(List.of(1), importer.closed, "the one that is in use stays");
    assertEquals(4, once(idle));
    held.close();
  }

  @Test
  void whatIsUsedInTurnStays() {
    List<Attachment> all = new ArrayList<>();
    for (int i = 0; i < ImportCache.KEPT_USES; i++) {
      all.add(attachment("buffer-" + i));
    }
    for (int round = 0; round < 3; round++) {
      all.forEach(this::once);
    }
    assertEquals(all.size(), importer.opened);
  }

  @Test
  void aRefusedImportIsNotKept() {
    Attachment one = attachment("one");
    importer.refusal = new DeviceException("call", "fake", Errno.EINVAL.code());
    assertThrows(DeviceException.class, () -> use(one));
    assertEquals(0, cache.count());
    importer.refusal = null;
    assertEquals(1, once(one));
  }

  @Test
  void oneThatIsNotClosedWellDoesNotKeepTheOthers() {
    once(attachment("one"));
    once(attachment("two"));
    importer.refusal = new DeviceException("call", "fake", Errno.EIO.code());
    assertThrows(DeviceException.class, cache::dropUnused);
    importer.refusal = null;
    assertEquals(List.of(1, 2), importer.closed);
    assertEquals(0, cache.count());
  }

  @Test
  void aClosedCacheWaitsForTheUsesThatThereAre() {
    Attachment one = attachment("one");
    ImportCache.Use<Integer> use = use(one);
    once(attachment("two"));
    cache.close();
    assertEquals(List.of(2), importer.closed);
    assertThrows(IllegalStateException.class, () -> use(one));
    use.close();
    assertEquals(List.of(2, 1), importer.closed);
  }
}
