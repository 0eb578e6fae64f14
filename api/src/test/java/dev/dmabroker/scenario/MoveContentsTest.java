package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.DRAINING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveFailedException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMover;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a move copies, how it lies afterwards, and copies that fail. */
class MoveContentsTest extends Fixture {
  private final Device camera =
      broker.register(DeviceSpec.builder("camera").longestHold(Duration.ofSeconds(30)).build());
  private final Device display = broker.register("display", CONTIGUOUS);

  @Test
  void memoryThatNobodyWroteIsNotCopied() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    in.map(Access.READ).close();
    Attachment out = buffer.attach(display);
    out.map(Access.READ).close();
    assertEquals(0, Events.next(events.moved).copiedBytes());
  }

  @Test
  void contentsThatAreAboutToBeOverwrittenAreNotCopied() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 1);
    Mapping held = in.map(Access.WRITE);
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    var overwriting = in.mapAsync(Access.OVERWRITE);
    var reading = out.mapAsync(Access.READ);
    held.close();
    try (Mapping mapping = overwriting.get(30, TimeUnit.SECONDS)) {
      assertEquals("cma", mapping.heapName());
    }
    reading.get(30, TimeUnit.SECONDS).close();
    assertEquals(0, Events.next(events.moved).copiedBytes());
  }

  @Test
  void anEvacuationThatComesBehindAnOverwriteWaitsForIt() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 1);
    Mapping held = start(() -> in.map(Access.WRITE)).result();
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    var overwriting = out.mapAsync(Access.OVERWRITE);
    var evacuating =
        start(
                () -> {
                  buffer.evacuate(Duration.ofSeconds(30));
                  return null;
                })
            .parked();
    held.close();
    try (Mapping mapping = overwriting.get(30, TimeUnit.SECONDS);
        CpuView view = mapping.cpuView()) {
      view.bytes().putLong(0, 2);
      assertEquals(1, cma.live());
      assertFalse(evacuating.task().isDone());
    }
    evacuating.result();
    assertEquals(SharedBuffer.State.UNBACKED, buffer.state());
    Await.until("given back", () -> cma.live() == 0 && system.live() == 0);
  }

  @Test
  void whoAskedFirstToReadStillReadsTheOldContents() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 1);
    Mapping held = in.map(Access.WRITE);
    Attachment out = buffer.attach(display);
    Await.until("draining", () -> buffer.state() == DRAINING);
    var reading = out.mapAsync(Access.READ);
    var overwriting = in.mapAsync(Access.OVERWRITE);
    held.close();
    assertEquals(1, read(reading.get(30, TimeUnit.SECONDS)));
    overwriting.get(30, TimeUnit.SECONDS).close();
    assertEquals(SIZE, Events.next(events.moved).copiedBytes());
  }

  @Test
  void aCopyThatFailsLosesNothing() throws Exception {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 8);
    List<ScriptedHeap.Hook> faults =
        List.of(
            () -> {
              throw new HeapException(HeapException.Kind.FAILED, "EIO");
            },
            () -> {
              throw new IllegalStateException("bug");
            },
            () -> {
              throw new OutOfMemoryError("test");
            });
    for (ScriptedHeap.Hook fault : faults) {
      cma.onBegin(fault);
      Attachment out = buffer.attach(display);
      assertThrows(MoveFailedException.class, () -> out.map(Access.READ));
      assertEquals(8, read(in));
      Await.until("what was prepared is given back", () -> cma.live() == 0);
      out.close();
    }
    cma.onBegin(() -> {});
    cma.onEnd(faults.get(0));
    Attachment out = buffer.attach(display);
    var failure = assertThrows(MoveFailedException.class, () -> out.map(Access.READ));
    assertSays(failure, "copying failed: EIO");
    assertEquals(8, read(in));
    cma.onEnd(() -> {});
    assertEquals(8, read(out));
  }

  @Test
  void linesAreMovedToTheirNewStride() {
    ImageSpec spec = ImageSpec.of(100, 6, PixelFormat.NV12);
    SharedBuffer buffer = broker.export(spec);
    Attachment in = buffer.attach(camera);
    Layout before;
    try (Mapping mapping = in.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      before = mapping.layout();
      ByteBuffer bytes = view.bytes();
      for (int i = 0; i < before.sizeBytes(); i++) {
        bytes.put(i, (byte) i);
      }
    }
    Device strided =
        broker.register("strided", Constraints.builder().contiguous().strideAlignment(64).build());
    Attachment out = buffer.attach(strided);
    try (Mapping mapping = out.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      Layout after = mapping.layout();
      assertEquals(128, after.planes().get(0).strideBytes());
      assertEquals(128 * 6, after.planes().get(1).offsetBytes());
      for (int p = 0; p < 2; p++) {
        Layout.Plane old = before.planes().get(p);
        Layout.Plane now = after.planes().get(p);
        for (int line = 0; line < old.lines(); line++) {
          for (int x = 0; x < old.lineBytes(); x++) {
            assertEquals(
                (byte) (old.offsetBytes() + line * old.strideBytes() + x),
                view.bytes().get((int) (now.offsetBytes() + line * now.strideBytes() + x)));
          }
        }
      }
    }
  }

  @Test
  void stridesCombineToTheirLeastCommonMultiple() {
    ImageSpec spec = ImageSpec.of(100, 6, PixelFormat.GREY);
    SharedBuffer buffer = broker.export(spec);
    Attachment unused =
        buffer.attach(broker.register("a", Constraints.builder().strideAlignment(48).build()));
    Attachment in =
        buffer.attach(broker.register("b", Constraints.builder().strideAlignment(64).build()));
    try (Mapping mapping = in.map(Access.READ)) {
      assertEquals(192, mapping.layout().planes().get(0).strideBytes());
    }
    Device huge =
        broker.register("huge", Constraints.builder().strideAlignment(Long.MAX_VALUE - 4).build());
    assertSays(
        assertThrows(UnsatisfiableException.class, () -> buffer.attach(huge)),
        "strideAlignmentBytes=9223372036854775803 cannot be met");
  }

  @Test
  void whatAHeapRoundsUpToIsNoReasonToMove() throws Exception {
    // Would be: too large for the device wherever it goes, so that it moved for ever.
    ScriptedHeap pages =
        new ScriptedHeap("pages", ScriptedHeap.ordinary().build()) {
          @Override
          public Backing allocate(Request request) throws HeapException {
            return super.allocate(
                new Request(request.label(), (request.sizeBytes() + 4095) / 4096 * 4096));
          }
        };
    broker.close();
    broker = Broker.builder().heap(pages).heuristic(new InOrder()).build();
    Device tight = broker.register("tight", Constraints.builder().maxSize(2000).build());
    try (Mapping mapping = broker.export(BlobSpec.of(100)).attach(tight).map(Access.READ)) {
      assertEquals(4096, mapping.sizeBytes());
      assertEquals(1, mapping.generation());
    }
    assertTrue(events.moved.isEmpty());
  }

  @Test
  void aCopyThatCannotBePreparedIsRolledBackAndTriedAgain() throws Exception {
    broker.close();
    ScriptedMover mover = new ScriptedMover();
    broker = builder().mover(mover).build();
    Attachment in = export().attach(broker.register("first", Constraints.none()));
    write(in, 9);
    AtomicInteger attempts = new AtomicInteger();
    mover.onPrepare =
        () -> {
          switch (attempts.incrementAndGet()) {
            case 1 -> throw new HeapException(HeapException.Kind.FAILED, "EIO");
            case 2 -> throw new IllegalStateException("bug");
            default -> {}
          }
        };
    Attachment out = in.buffer().attach(broker.register("strict", CONTIGUOUS));
    assertEquals(9, read(out));
    assertEquals(
        Optional.of("preparing the copy failed: EIO"), Events.next(events.rolledBack).failure());
    assertEquals(
        Optional.of("preparing the copy failed: threw java.lang.IllegalStateException: bug"),
        Events.next(events.rolledBack).failure());
    assertEquals(3, cma.allocations());
    assertEquals(1, cma.live(), "what was found in vain is given back");
  }
}
