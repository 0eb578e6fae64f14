package dev.dmabroker.scenario;

import static dev.dmabroker.SharedBuffer.State.UNBACKED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ForwardingBacking;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

/** Mappings of an attachment, and what the CPU sees of them. */
class MappingTest extends Fixture {
  private final Device camera = broker.register("camera", Constraints.none());

  @Test
  void manyMappingsOfOneAttachmentAreCountedSeparately() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Mapping a = in.map(Access.READ);
    Mapping b = in.map(Access.READ);
    Mapping c = in.tryMap(Access.READ).orElseThrow();
    b.close();
    b.close();
    Mapping d = in.map(Access.READ);
    b.close();
    assertTrue(a.isOpen() && c.isOpen() && d.isOpen());
    assertFalse(b.isOpen());
    assertEquals(3, broker.snapshot().buffers().get(0).holders().size());
    a.close();
    c.close();
    d.close();
    assertEquals(0, broker.snapshot().buffers().get(0).holders().size());
  }

  @Test
  void aMappingOutlivesItsAttachmentAndKeepsTheMemory() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    write(in, 6);
    Mapping held = in.map(Access.READ);
    in.close();
    buffer.close();
    assertEquals(1, system.live());
    assertEquals(6, read(held));
    assertThrows(ClosedException.class, () -> in.map(Access.READ));
    assertThrows(ClosedException.class, () -> in.tryMap(Access.READ));
    held.close();
    assertEquals(0, system.live());
  }

  @Test
  void closedMappingsAndViewsSayThatTheyAreClosed() {
    Attachment in = export().attach(camera);
    Mapping mapping = in.map(Access.READ_WRITE);
    CpuView view = mapping.cpuView();
    view.close();
    view.close();
    assertThrows(ClosedException.class, view::bytes);
    mapping.close();
    assertThrows(ClosedException.class, mapping::fd);
    assertThrows(ClosedException.class, mapping::dupFd);
    assertThrows(ClosedException.class, mapping::cpuView);
    assertFalse(mapping.isOpen());
  }

  @Test
  void zeroIsADescriptorLikeAnyOther() {
    ScriptedHeap heap =
        new ScriptedHeap("zero", ScriptedHeap.ordinary().build()) {
          @Override
          public Backing allocate(Request request) throws HeapException {
            return new ForwardingBacking(super.allocate(request)) {
              @Override
              public int fd() {
                return 0;
              }
            };
          }
        };
    try (Broker zero = Broker.builder().heap(heap).heuristic(new InOrder()).build();
        Mapping mapping =
            zero.export("frame", BlobSpec.of(SIZE))
                .attach(zero.register("camera", Constraints.none()))
                .map(Access.READ)) {
      assertEquals(0, mapping.fd());
    }
  }

  @Test
  void memoryThatIsAskedForADescriptorIsThereThoughTheMappingIsClosedMeanwhile() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Mapping one = in.map(Access.READ);
    Mapping other = in.map(Access.READ);
    system.onDescriptor(one::close);
    assertTrue(one.fd() > 0);
    assertThrows(ClosedException.class, one::fd);
    in.close();
    buffer.close();
    system.onDescriptor(
        () -> {
          other.close();
          assertEquals(1, system.live());
        });
    DescriptorException none = assertThrows(DescriptorException.class, other::dupFd);
    assertTrue(String.valueOf(none.getMessage()).contains("EMFILE"), none.getMessage());
    assertEquals(0, system.live());
    assertThrows(ClosedException.class, other::dupFd);
  }

  @Test
  void aViewKeepsTheMemoryAfterItsMappingIsClosed() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    Mapping mapping = in.map(Access.READ_WRITE);
    CpuView view = mapping.cpuView();
    mapping.close();
    assertFalse(buffer.tryEvacuate());
    view.bytes().putLong(0, 1);
    view.close();
    assertTrue(buffer.tryEvacuate());
    assertEquals(0, system.live());
  }

  @Test
  void viewsOfReadersAreReadOnlyAndBounded() {
    Attachment in = export().attach(camera);
    try (Mapping mapping = in.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      ByteBuffer bytes = view.bytes();
      assertThrows(ReadOnlyBufferException.class, () -> bytes.put(0, (byte) 1));
      assertEquals(ByteOrder.nativeOrder(), bytes.order());
      assertEquals(16, view.bytes(SIZE - 16, 16).capacity());
      assertThrows(IndexOutOfBoundsException.class, () -> view.bytes(SIZE - 16, 17));
      assertThrows(IndexOutOfBoundsException.class, () -> view.bytes(-1, 1));
    }
  }

  @Test
  void refusedCpuAccessHoldsNothing() {
    SharedBuffer buffer = export();
    Attachment in = buffer.attach(camera);
    system.onBegin(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    try (Mapping mapping = in.map(Access.READ)) {
      var failure = assertThrows(CpuAccessException.class, mapping::cpuView);
      assertSays(failure, "EIO");
      assertSays(assertThrows(DescriptorException.class, mapping::dupFd), "buffer-1", "EMFILE");
    }
    system.onBegin(
        () -> {
          throw new StackOverflowError("for once");
        });
    try (Mapping mapping = in.map(Access.READ)) {
      var failure = assertThrows(CpuAccessException.class, mapping::cpuView);
      assertSays(failure, "threw java.lang.StackOverflowError: for once");
    }
    system.onBegin(() -> {});
    system.onEnd(
        () -> {
          throw new HeapException(HeapException.Kind.FAILED, "EIO");
        });
    try (Mapping mapping = in.map(Access.READ)) {
      CpuView view = mapping.cpuView();
      assertThrows(CpuAccessException.class, view::close);
      view.close();
    }
    assertTrue(buffer.tryEvacuate());
    assertEquals(UNBACKED, buffer.state());
  }
}
