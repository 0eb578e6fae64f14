package dev.dmabroker.internal.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuAccessException;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** CPU access, by itself. */
class MappedViewTest {
  private final Memory memory = new Memory();
  private final Gate gate = new Gate();
  private final HeapAccount heap = new HeapAccount(ScriptedHeap.system());

  /** Says that it is as large as a test wants, and shows its first bytes. */
  private static final class Memory implements Backing {
    private final ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    private final List<String> asked = new ArrayList<>();
    private long sizeBytes = 64;
    private boolean fails;

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }

    @Override
    public int fd() {
      return 0;
    }

    @Override
    public int dupFd() {
      return 4;
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      failIfToldTo();
      asked.add("bytes " + offsetBytes + " " + lengthBytes);
      return bytes;
    }

    @Override
    public void beginCpuAccess(Access access) {
      throw new AssertionError("the mapping does that");
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      asked.add("end " + access);
      failIfToldTo();
    }

    private void failIfToldTo() throws HeapException {
      if (fails) {
        throw new HeapException(HeapException.Kind.FAILED, "EIO");
      }
    }

    @Override
    public void release() {}
  }

  private BufferMapping hold(Access access) {
    Placements.open(
        gate,
        Placements.occupancy(
            Placements.at(
                heap,
                new HeapMemory(heap, memory, memory.sizeBytes),
                BlobSpec.of(64),
                /* generation= */ 1),
            /* slots= */ 1));
    BufferMapping hold = Placements.enter(gate, access);
    if (hold == null) {
      throw new AssertionError("not let in");
    }
    return hold;
  }

  private MappedView view() {
    return new MappedView(hold(Access.WRITE));
  }

  @Test
  void showsAllOfIt() {
    MappedView view = view();
    assertEquals(64, view.sizeBytes());
    assertSame(memory.bytes, view.bytes());
    assertSame(memory.bytes, view.bytes(8, 56));
    assertEquals(List.of("bytes 0 64", "bytes 8 56"), memory.asked);
  }

  @Test
  void showsAsMuchAsOneByteBufferSpansAndOfMoreParts() {
    memory.sizeBytes = Integer.MAX_VALUE;
    MappedView view = view();
    assertSame(memory.bytes, view.bytes());
    assertEquals(List.of("bytes 0 " + Integer.MAX_VALUE), memory.asked);

    memory.sizeBytes = Integer.MAX_VALUE + 1L;
    MappedView larger = view();
    Fixture.assertSays(
        assertThrows(IllegalStateException.class, larger::bytes),
        " has 2147483648 bytes",
        "use bytes(offset, length)");
    assertSame(memory.bytes, larger.bytes(Integer.MAX_VALUE, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> larger.bytes(Integer.MAX_VALUE, 2));
  }

  @Test
  void whoReadsGetsBytesOfTheSameOrderThatCannotBeWritten() {
    ByteBuffer seen = new MappedView(hold(Access.READ)).bytes();
    assertTrue(seen.isReadOnly());
    assertEquals(ByteOrder.LITTLE_ENDIAN, seen.order());
    assertFalse(view().bytes().isReadOnly());
  }

  @Test
  void closedItShowsNothingAndEndsOnce() {
    BufferMapping hold = hold(Access.READ_WRITE);
    MappedView view = new MappedView(hold);
    view.close();
    assertFalse(hold.isOpen());
    assertThrows(ClosedException.class, view::bytes);
    view.close();
    assertEquals(List.of("end READ_WRITE"), memory.asked);
  }

  @Test
  void whatTheHeapRefusesIsSaidAndTheMemoryLetGoOf() {
    BufferMapping hold = hold(Access.WRITE);
    MappedView view = new MappedView(hold);
    memory.fails = true;
    Fixture.assertSays(assertThrows(CpuAccessException.class, view::bytes), "EIO");
    assertTrue(hold.isOpen());
    Fixture.assertSays(
        assertThrows(CpuAccessException.class, view::close), "cannot end CPU access", "EIO");
    assertFalse(hold.isOpen());
    view.close();
  }
}
