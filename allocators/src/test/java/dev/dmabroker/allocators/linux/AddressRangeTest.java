package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

  private static final long HUGE = 3L << 30;

  /** Sparse, unlike the heaps' memfds, so that a large one takes no memory. */
  private final Fd file =
      new Fd(LibC.calls().memfd_create(Fd.text("address-range"), LibC.MFD_CLOEXEC), "test file");

  @AfterEach
  void close() {
    file.close();
  }

  private AddressRange map(long bytes) throws HeapException {
    assertEquals(0, LibC.calls().ftruncate(file.lend(), bytes));
    return AddressRange.map(file.lend(), bytes, false, "test");
  }

  private static boolean isMapped(long address) {
    try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines
          .map(line -> line.substring(0, line.indexOf(' ')).split("-", -1))
          .anyMatch(
              range ->
                  Long.parseUnsignedLong(range[0], 16) <= address
                      && address < Long.parseUnsignedLong(range[1], 16));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void isUnmappedAtOnceIfNobodyAskedForBytes() throws Exception {
    AddressRange range = map(64L << 20);
    assertTrue(isMapped(range.address()));
    range.retire();
    assertFalse(isMapped(range.address()));
    range.retire();
    assertThrows(HeapException.class, () -> range.bytes(0, 1));
  }

  @Test
  void addressesStayForAsLongAsASliceIsReachable() throws Exception {
    AddressRange range = map(64L << 20);
    ByteBuffer slice = sliceOf(range);
    range.retire();
    System.gc();
    assertTrue(isMapped(range.address()));
    assertEquals(0, slice.get(0));
    slice = null;
    assertTrue(OwnProcess.collectUntil(() -> !isMapped(range.address())));
  }

  private static ByteBuffer sliceOf(AddressRange range) throws HeapException {
    ByteBuffer bytes = range.bytes(4096, 8192);
    bytes.put(100, (byte) 3);
    return bytes.duplicate().slice(100, 10).asReadOnlyBuffer();
  }

  @Test
  void theFileIsFreeOnceTheRangeIsRetired() throws Exception {
    AddressRange range = map(1 << 20);
    ByteBuffer stale = range.bytes(0, 1 << 20);
    range.retire();
    stale.put(0, (byte) 1);
    AddressRange again = map(1 << 20);
    assertEquals(0, again.bytes(0, 1).get(0), "a stale write reaches no one");
    again.retire();
  }

  @Test
  void rangesOverTwoGigabytesAreReachedInParts() throws Exception {
    AddressRange range = map(HUGE);
    long seam = 1L << 31;
    range.bytes(seam - 8, 16).putLong(4, 0x1122334455667788L);
    range.bytes(HUGE - 1, 1).put(0, (byte) 42);
    assertEquals(0x1122334455667788L, range.bytes(seam - 4, 8).getLong(0));
    ByteBuffer most = range.bytes(HUGE - Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertEquals(42, most.get(Integer.MAX_VALUE - 1));
    assertThrows(IndexOutOfBoundsException.class, () -> range.bytes(HUGE - 1, 2));

    range.retire();
    assertEquals(0, most.get(Integer.MAX_VALUE - 1));
    most = null;
    assertTrue(OwnProcess.collectUntil(() -> !isMapped(range.address())));
  }

  @Test
  void clearingReachesEachByte() throws Exception {
    AddressRange range = map(Pages.size() * 5);
    ByteBuffer bytes = range.bytes(0, (int) Pages.size() * 5);
    for (int at = 0; at < bytes.limit(); at++) {
      bytes.put(at, (byte) -1);
    }
    range.zero();
    for (int at = 0; at < bytes.limit(); at++) {
      assertEquals(0, bytes.get(at));
    }
    range.retire();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void clearingMemoryThatIsGoneIsAnErrorAndNotTheEnd(int pagesLeft) throws Exception {
    AddressRange range = map(Pages.size() * 5);
    assertEquals(0, LibC.calls().ftruncate(file.lend(), Pages.size() * pagesLeft));
    HeapException failure = assertThrows(HeapException.class, range::zero);
    assertTrue(failure.toString().contains("clearing"), failure.toString());
    assertTrue(failure.toString().contains("EFAULT"), failure.toString());
    range.retire();
  }

  @Test
  void aFileThatCannotBeMappedIsAnErrorWithItsReason() {
    HeapException failure =
        assertThrows(
            HeapException.class, () -> AddressRange.map(file.lend(), 1L << 60, false, "test"));
    assertTrue(failure.toString().contains("ENOMEM"), failure.toString());
    assertEquals(HeapException.Kind.FULL, failure.kind());
  }
}
