package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UndeclaredAccessException;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.allocation.Allocator;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Wrong arguments, wrong uses and heaps that refuse: each gives a typed error that says what, which
 * and why, and leaves the broker as it was.
 */
class BadInputTest extends Fixture {
  private final Device camera = broker.register("camera", Constraints.none());
  private final Device display = broker.register("display", CONTIGUOUS);
  private final SharedBuffer buffer = broker.export("frame", BlobSpec.of(SIZE));
  private final Attachment in = buffer.attach(camera);

  private <T extends Exception> T assertRefused(Class<T> type, Executable call, String... says) {
    BrokerSnapshot before = state();
    T failure = assertThrows(type, call);
    assertSays(failure, says);
    assertEquals(before, state(), "the broker is as it was");
    return failure;
  }

  /**
   * The state of the broker, without the time, and its listeners, which may be told of a refusal.
   */
  private BrokerSnapshot state() {
    BrokerSnapshot now = broker.snapshot();
    return new StateRecords.BrokerSnapshot(
        Instant.EPOCH,
        now.heaps(),
        now.memoryPressure(),
        now.closedHeaps(),
        now.devices(),
        now.buffers(),
        now.budgets(),
        now.streams(),
        now.fences(),
        now.leaks(),
        /* listeners= */ List.of(),
        now.droppedEvents(),
        now.closed(),
        now.maps());
  }

  // ---- Names ----

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t"})
  void blankNames(String name) {
    assertRefused(
        IllegalArgumentException.class,
        () -> broker.register(name, CONTIGUOUS),
        "a device's name must not be blank");
    assertRefused(
        IllegalArgumentException.class,
        () -> broker.export(name, BlobSpec.of(1)),
        "a buffer's name must not be blank");
  }

  @Test
  void aDeviceNameThatIsTaken() {
    assertRefused(
        DuplicateNameException.class,
        () -> broker.register("camera", CONTIGUOUS),
        "cannot register device camera",
        "a device of that name is registered",
        "close it first or choose another name");
    assertEquals(Constraints.none(), camera.constraints());
  }

  // ---- Sizes ----

  @Test
  void sizesOfNothing() {
    for (long size : new long[] {0, -1, Long.MIN_VALUE}) {
      assertRefused(
          IllegalArgumentException.class,
          () -> broker.export(BlobSpec.of(size)),
          "size must be at least 1 byte, is " + size);
    }
    assertRefused(
        IllegalArgumentException.class,
        () -> broker.export(ImageSpec.of(640, 0, PixelFormat.NV12)),
        "width and height must be at least 1 pixel, are 640 x 0");
  }

  @Test
  void anImageOverTheLargestNumber() {
    ImageSpec huge = ImageSpec.of(Integer.MAX_VALUE, Integer.MAX_VALUE, PixelFormat.XRGB8888);
    assertRefused(
        IllegalArgumentException.class,
        () -> broker.export(huge),
        "2147483647x2147483647 XRGB8888",
        "is over 2^63 bytes");
    assertRefused(
        IllegalArgumentException.class,
        () -> broker.plan(huge, List.of(camera)),
        "is over 2^63 bytes");
  }

  @Test
  void aStrideThatMakesTheImageOverflow() {
    Device wide = broker.register("wide", Constraints.builder().strideAlignment(1L << 62).build());
    SharedBuffer image = broker.export("image", ImageSpec.of(8, 8, PixelFormat.GREY));
    assertRefused(
        UnsatisfiableException.class,
        () -> image.attach(wide),
        "cannot attach wide to image (8x8 GREY)",
        "strideAlignmentBytes",
        "wide's strideAlignmentBytes=4611686018427387904 cannot be met");
  }

  @Test
  void aSizeOverEveryHeapsLimit() {
    ScriptedHeap capped =
        new ScriptedHeap(
            "capped", ScriptedHeap.ordinary().maxSizeBytes(Trait.declared(4096L)).build());
    ScriptedHeap small =
        new ScriptedHeap(
            "small", ScriptedHeap.ordinary().capacityBytes(Trait.declared(8192L)).build());
    swap(Broker.builder().heap(capped).heap(small).heuristic(new InOrder()));
    Device any = broker.register("any", Constraints.none());
    SharedBuffer large = broker.export("large", BlobSpec.of(8193));
    var failure =
        assertRefused(
            UnsatisfiableException.class,
            () -> large.attach(any),
            "cannot attach any to large (8193 bytes)",
            "capped: sizeBytes (the buffer needs 8193 bytes, the heap gives at most 4096)",
            "small: sizeBytes (the buffer needs 8193 bytes, the heap gives at most 8192)");
    assertEquals(2, failure.plan().passedOver().size());
    assertRefused(
        UnsatisfiableException.class,
        large::prepare,
        "cannot allocate large (8193 bytes): no heap suits []",
        "the heap gives at most 8192");
    assertEquals(0, capped.allocations() + small.allocations());
    SharedBuffer fits = broker.export(BlobSpec.of(8192));
    fits.attach(any).map(Access.READ).close();
    assertEquals("small", fits.heapName().orElseThrow());
  }

  @Test
  void aBufferOverWhatTheDeviceTakes() {
    Device codec = broker.register("codec", Constraints.builder().maxSize(SIZE - 1).build());
    assertRefused(
        UnsatisfiableException.class,
        () -> buffer.attach(codec),
        "cannot attach codec to frame",
        "codec's maxSizeBytes (the buffer is 65536 bytes, the device takes 65535)");
  }

  // ---- Attaching ----

  @Test
  void devicesThatNoHeapSuitsTogether() {
    Device only = broker.register("only", Constraints.builder().permittedHeaps("system").build());
    Attachment out = buffer.attach(display);
    assertRefused(
        UnsatisfiableException.class,
        () -> buffer.attach(only),
        "cannot attach only to frame",
        "[camera, display, only]",
        "system: display's contiguous",
        "cma: only's permittedHeaps (only [system] are permitted)");
    out.map(Access.READ).close();
  }

  @Test
  void aHeapThatNobodyKnows() {
    Device lost = broker.register("lost", Constraints.builder().permittedHeaps("vram").build());
    assertRefused(
        UnsatisfiableException.class, () -> buffer.attach(lost), "only [vram] are permitted");
  }

  @Test
  void attachingToAClosedBuffer() {
    buffer.close();
    assertRefused(
        ClosedException.class,
        () -> buffer.attach(display),
        "cannot attach display to frame: the buffer is closed");
    in.map(Access.READ).close();
  }

  @Test
  void attachingAClosedDevice() {
    display.close();
    assertRefused(
        ClosedException.class,
        () -> buffer.attach(display),
        "cannot attach it to frame: device display is closed");
  }

  @Test
  void devicesOfAnotherBroker() {
    try (Broker other =
        Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build()) {
      Device stranger = other.register("stranger", Constraints.none());
      assertRefused(
          IllegalArgumentException.class,
          () -> buffer.attach(stranger),
          "device stranger belongs to another broker");
      assertRefused(
          IllegalArgumentException.class,
          () -> broker.plan(BlobSpec.of(1), List.of(camera, stranger)),
          "device stranger belongs to another broker");
      Device namesake = other.register("camera", Constraints.none());
      assertRefused(IllegalArgumentException.class, () -> buffer.attach(namesake), "camera");
    }
  }

  // ---- Mapping ----

  @Test
  void accessThatTheDeviceDidNotDeclare() {
    Device reader = broker.register(DeviceSpec.builder("reader").access(Access.READ).build());
    Attachment reads = buffer.attach(reader);
    for (boolean backed : new boolean[] {false, true}) {
      for (Access access : List.of(Access.WRITE, Access.READ_WRITE, Access.OVERWRITE)) {
        String says = "cannot map frame for reader with " + access + ": the device declared READ";
        assertRefused(UndeclaredAccessException.class, () -> reads.map(access), says);
        assertRefused(UndeclaredAccessException.class, () -> reads.tryMap(access), says);
        assertRefused(
            UndeclaredAccessException.class,
            () -> reads.map(access, Duration.ofSeconds(1)),
            "declare what it needs with DeviceSpec.Builder.access");
        var async =
            assertRefused(ExecutionException.class, () -> reads.mapAsync(access).get(), says);
        assertInstanceOf(UndeclaredAccessException.class, async.getCause());
      }
      if (!backed) {
        assertEquals(0, system.allocations());
        buffer.prepare();
      }
    }
    reads.map(Access.READ).close();
  }

  @Test
  void deadlinesThatAreNotPositive() {
    for (boolean backed : new boolean[] {false, true}) {
      for (Duration none :
          List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE))) {
        String says = "the timeout must be positive, is " + none;
        Class<IllegalArgumentException> type = IllegalArgumentException.class;
        assertRefused(type, () -> in.map(Access.READ, none), says);
        assertRefused(type, () -> buffer.prepare(none), says);
        assertRefused(type, () -> buffer.evacuate(none), says);
      }
      if (!backed) {
        assertEquals(0, system.allocations());
        buffer.prepare();
      }
    }
  }

  @Test
  void deadlinesForEver() {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
    in.map(Access.READ, longest).close();
    buffer.evacuate(longest);
    buffer.prepare(longest);
    broker.register(DeviceSpec.builder("slow").longestHold(longest).build()).close();
  }

  // ---- Heaps that refuse ----

  @ParameterizedTest
  @EnumSource
  void aHeapThatRefuses(HeapException.Kind kind) throws Exception {
    String errno =
        switch (kind) {
          case FULL -> "ENOMEM";
          case TOO_LARGE -> "EINVAL";
          case NO_DESCRIPTORS -> "EMFILE: raise ulimit -n";
          case NO_PERMISSION -> "EACCES on /dev/dma_heap/system: join group video";
          case FAILED -> "EIO";
        };
    system.onAllocate(
        () -> {
          throw new HeapException(kind, errno);
        });
    cma.capacity(0);
    List<Executable> calls =
        List.of(
            () -> in.map(Access.READ),
            () -> in.map(Access.READ, Duration.ofSeconds(5)),
            buffer::prepare,
            () -> rethrow(in.mapAsync(Access.READ)::get));
    for (Executable call : calls) {
      var failure =
          assertRefused(
              AllocationException.class,
              call,
              "cannot allocate 65536 bytes for frame (65536 bytes), attached: [camera]",
              "system: " + errno,
              "cma: ENOMEM");
      assertEquals(
          List.of(new Allocator.Attempt("system", errno), new Allocator.Attempt("cma", "ENOMEM")),
          failure.attempts());
      assertEquals(kind, Events.next(events.refused).kind());
      assertEquals(HeapException.Kind.FULL, Events.next(events.refused).kind());
      assertEquals(SharedBuffer.State.UNBACKED, buffer.state());
    }
    assertTrue(events.allocated.isEmpty());
    system.onAllocate(() -> {});
    write(in, 1);
    assertEquals(1, read(in));
  }

  @Test
  void aHeapThatGivesLessThanItWasAskedFor() {
    system.shortBy(1);
    cma.shortBy(SIZE);
    assertRefused(
        AllocationException.class,
        () -> in.map(Access.READ),
        "system: gave 65535 bytes instead of 65536",
        "cma: gave 0 bytes instead of 65536");
    assertEquals(0, system.live() + cma.live());
  }

  // ---- Nulls ----

  @Test
  void nulls() {
    List<Executable> calls = new ArrayList<>();
    calls.add(() -> broker.register(nothing(), CONTIGUOUS));
    calls.add(() -> broker.register("new", nothing()));
    calls.add(() -> broker.register(BadInputTest.<DeviceSpec>nothing()));
    calls.add(() -> broker.export(nothing()));
    calls.add(() -> broker.export(nothing(), BlobSpec.of(1)));
    calls.add(() -> broker.export("new", nothing()));
    calls.add(() -> broker.exportSet(nothing(), BlobSpec.of(1), 1));
    calls.add(() -> broker.exportSet("new", nothing(), 1));
    calls.add(() -> broker.plan(nothing(), List.of(camera)));
    calls.add(() -> broker.plan(BlobSpec.of(1), nothing()));
    calls.add(() -> broker.listen(nothing()));
    calls.add(() -> buffer.attach(nothing()));
    calls.add(() -> buffer.prepare(nothing()));
    calls.add(() -> buffer.evacuate(nothing()));
    calls.add(() -> in.map(nothing()));
    calls.add(() -> in.map(nothing(), Duration.ofSeconds(1)));
    calls.add(() -> in.map(Access.READ, nothing()));
    calls.add(() -> in.tryMap(nothing()));
    calls.add(() -> in.mapAsync(nothing()));
    calls.add(() -> in.onMove(nothing()));
    calls.add(() -> ImageSpec.of(1, 1, nothing()));
    calls.add(() -> DeviceSpec.builder(nothing()).build());
    calls.add(() -> DeviceSpec.builder("new").constraints(nothing()).build());
    calls.add(() -> DeviceSpec.builder("new").access(nothing()).build());
    calls.add(() -> DeviceSpec.builder("new").longestHold(nothing()).build());
    calls.add(() -> Constraints.builder().caching(nothing()));
    calls.add(() -> Constraints.builder().permittedHeaps("a", nothing()));
    calls.add(() -> Constraints.builder().permittedHeaps(BadInputTest.<String[]>nothing()));
    calls.add(() -> Constraints.builder().forbiddenHeaps("a", nothing()));
    for (boolean backed : new boolean[] {false, true}) {
      for (int i = 0; i < calls.size(); i++) {
        Executable call = calls.get(i);
        BrokerSnapshot before = state();
        assertThrows(NullPointerException.class, call, "call " + i);
        assertEquals(before, state(), "call " + i);
      }
      if (!backed) {
        buffer.prepare();
      }
    }
  }

  private void swap(BrokerBuilder builder) {
    broker.close();
    broker = builder.build();
  }

  private static void rethrow(Executable call) throws Throwable {
    try {
      call.execute();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof BrokerException cause ? cause : e;
    }
  }

  /** Null where the signature forbids it, as a caller without a checker may pass it. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }
}
