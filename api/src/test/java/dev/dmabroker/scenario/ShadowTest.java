package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.PinnedException;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Shadows: copies, for the CPU or others, of memory that stays. */
class ShadowTest extends AdoptFixture {
  @Test
  void aShadowIsInStepWhereItIsTold() {
    SharedBuffer frame = adopt(imported);
    Attachment in = frame.attach(camera());
    try (Shadow shadow = broker.shadow(frame)) {
      Attachment out = shadow.buffer().attach(display());
      assertEquals(SIZE, shadow.refresh(SOON));
      assertEquals(42, read(out));
      assertEquals(Optional.of("cma"), shadow.buffer().heapName());
      write(in, 1);
      assertEquals(42, read(out));
      shadow.refresh(SOON);
      assertEquals(1, read(out));
      write(out, 2);
      assertEquals(1, read(in));
      shadow.writeBack(SOON);
      assertEquals(2, read(in));
      assertEquals(frame, shadow.original());
      out.close();
    }
    assertEquals(0, system.live() + cma.live());
    assertEquals(Optional.of("elsewhere"), frame.heapName());
  }

  @Test
  void aShadowKeepsItsOriginalAndEndsWithIt() {
    SharedBuffer frame = adopt(imported);
    Shadow shadow = broker.shadow(frame);
    frame.close();
    assertEquals(1, imported.heap.live());
    shadow.refresh(SOON);
    shadow.close();
    shadow.close();
    assertEquals(0, imported.heap.live());
    assertThrows(ClosedException.class, () -> shadow.refresh(SOON));
    assertThrows(ClosedException.class, () -> shadow.writeBack(SOON));
  }

  @Test
  void aShadowLeavesAloneWhatLiesBetweenTheLines() throws Exception {
    ImageSpec spec = ImageSpec.of(64, 64, PixelFormat.XRGB8888);
    Layout wide =
        new Layout(
            64 * 512,
            List.of(new Layout.Plane(0, 512, 256, 64)),
            Optional.of(new Layout.Image(PixelFormat.XRGB8888, Modifier.LINEAR, 64, 64)));
    SharedBuffer frame = broker.adopt("frame", spec, wide, imported);
    try (Shadow shadow = broker.shadow(frame)) {
      assertEquals(64 * 256, shadow.refresh(SOON));
      try (Mapping mapping = shadow.buffer().attach(camera()).map(Access.WRITE);
          CpuView view = mapping.cpuView()) {
        view.bytes().putLong(256, -1);
      }
      shadow.writeBack(SOON);
    }
    try (Mapping mapping =
            frame.attach(broker.register("viewer", Constraints.none())).map(Access.READ);
        CpuView view = mapping.cpuView()) {
      ByteBuffer bytes = view.bytes();
      assertEquals(-1, bytes.getLong(512));
      assertEquals(42 + 256, bytes.getLong(256));
    }
  }

  @Test
  void whatTheCpuDoesNotReachHasNoShadow() {
    SharedBuffer frame =
        adopt(
            new ScriptedMemory(
                ScriptedHeap.ordinary().cpuReach(Trait.unknown("not told")).build(),
                /* movable= */ false,
                SIZE,
                null));
    assertThrows(PinnedException.class, () -> broker.shadow(frame));
    assertEquals(1, broker.snapshot().buffers().size());
  }

  @Test
  void whereNoHeapServesTheCpuNothingIsLeftOfAShadow() {
    broker.close();
    ScriptedHeap remote =
        new ScriptedHeap("remote", ScriptedHeap.ordinary().cpuReach(Trait.declared(false)).build());
    broker = Broker.builder().heap(remote).heuristic(new InOrder()).build();
    SharedBuffer frame = adopt(imported);
    assertThrows(UnsatisfiableException.class, () -> broker.shadow(frame));
    assertEquals(1, broker.snapshot().buffers().size());
    assertEquals(List.of(), broker.snapshot().buffers().get(0).attached());
  }

  @Test
  void aCopyThatFailsHoldsNothing() {
    SharedBuffer frame = adopt(imported);
    try (Shadow shadow = broker.shadow(frame)) {
      shadow.refresh(SOON);
      imported.heap.onBegin(
          () -> {
            throw new HeapException(HeapException.Kind.FAILED, "EIO");
          });
      for (Executable copy :
          List.<Executable>of(() -> shadow.refresh(SOON), () -> shadow.writeBack(SOON))) {
        assertSays(assertThrows(CpuAccessException.class, copy), "cannot copy from", "EIO");
        assertTrue(broker.snapshot().buffers().stream().allMatch(each -> each.holders().isEmpty()));
      }
      imported.heap.onBegin(() -> {});
      shadow.writeBack(SOON);
    }
  }

  @Test
  void whatAnotherBrokerAdoptedIsItsToShadow() {
    try (Broker other =
        Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build()) {
      SharedBuffer frame = other.adopt("frame", BlobSpec.of(SIZE), imported);
      assertThrows(IllegalArgumentException.class, () -> broker.shadow(frame));
      other.shadow(frame).close();
      frame.close();
    }
  }

  @Test
  void whatMovesNeedsNoShadow() {
    SharedBuffer frame = adopt(users);
    assertSays(assertThrows(IllegalArgumentException.class, () -> broker.shadow(frame)), "frame");
    SharedBuffer exported = export();
    assertThrows(IllegalArgumentException.class, () -> broker.shadow(exported));
  }
}
