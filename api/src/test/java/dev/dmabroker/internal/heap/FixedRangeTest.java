package dev.dmabroker.internal.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.ForwardingBacking;
import dev.dmabroker.testing.ScriptedHeap;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which memory addresses show, where a heap's memory refuses or lies. */
class FixedRangeTest {
  private static final int SIZE = 64;

  private final Scripted addresses = new Scripted();
  private final HeapAccount account = new HeapAccount(ScriptedHeap.system());
  private final HeapMemory one = memory();
  private final HeapMemory two = memory();
  private final FixedRange range = reserve();

  /** Notes what it is told, and refuses when it is told to. */
  private static final class Scripted implements FixedAddresses {
    final List<String> told = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.allocateDirect(SIZE);
    boolean refusing;

    @Override
    public ByteBuffer bytes() {
      return bytes;
    }

    @Override
    public void show(Backing memory) throws HeapException {
      tell("show");
    }

    @Override
    public void hide() throws HeapException {
      tell("hide");
    }

    private void tell(String what) throws HeapException {
      told.add(refusing ? "no " + what : what);
      if (refusing) {
        throw new HeapException(HeapException.Kind.FAILED, "ENOMEM");
      }
    }
  }

  private HeapMemory memory() {
    try {
      HeapMemory given = account.allocate(new Heap.Request("memory", SIZE));
      Backing backing =
          new ForwardingBacking(given.backing()) {
            @Override
            public FixedAddresses reserve(int sizeBytes) {
              return addresses;
            }
          };
      return new HeapMemory(account, backing, SIZE);
    } catch (HeapException e) {
      throw new AssertionError(e);
    }
  }

  private FixedRange reserve() {
    try {
      return FixedRange.reserve(one, SIZE);
    } catch (HeapException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void showsMemoryOnceAndLeavesItWhenItIsGivenBack() throws Exception {
    range.show(one);
    range.show(one);
    range.show(two);
    one.release();
    assertTrue(range.shows(two));
    two.release();
    assertFalse(range.shows(two));
    assertEquals(List.of("show", "show", "hide"), addresses.told);
  }

  @Test
  void takesNoFailedChangeForDone() throws Exception {
    range.show(one);
    addresses.refusing = true;
    assertThrows(HeapException.class, () -> range.show(two));
    assertFalse(range.shows(one) || range.shows(two));
    addresses.refusing = false;
    range.show(two);
    assertEquals(List.of("show", "no show", "no hide", "show"), addresses.told);
  }

  @Test
  void leavesAllMemoryThatAFailedChangeMayHaveLeftThere() throws Exception {
    range.show(one);
    addresses.refusing = true;
    assertThrows(HeapException.class, () -> range.show(two));
    addresses.refusing = false;
    addresses.told.clear();
    one.release();
    two.release();
    assertEquals(List.of("hide"), addresses.told);
  }

  @Test
  void refusesBytesThatNativeCodeCouldNotUse() throws Exception {
    assertEquals(SIZE, range.bytes(SIZE).capacity());
    List<ByteBuffer> wrong =
        List.of(
            ByteBuffer.allocateDirect(SIZE - 1),
            ByteBuffer.allocate(SIZE),
            ByteBuffer.allocateDirect(SIZE).asReadOnlyBuffer());
    for (ByteBuffer bytes : wrong) {
      addresses.bytes = bytes;
      HeapException refusal = assertThrows(HeapException.class, () -> range.bytes(SIZE));
      assertTrue(refusal.toString().contains("Scripted gave java.nio."), refusal::toString);
    }
  }
}
