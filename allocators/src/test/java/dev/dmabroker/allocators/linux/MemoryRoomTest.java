package dev.dmabroker.allocators.linux;

import static dev.dmabroker.allocators.linux.Machine.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.MemoryRoom.Pool;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.Trait;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ordinary memory can give at all and now, by files like the kernel's. */
class MemoryRoomTest {
  private static final String ACCOUNTING = "sys/module/dma_heap/parameters/mem_accounting";

  private final Machine machine;
  private final MemoryRoom files;
  private final MemoryRoom system;

  MemoryRoomTest(@TempDir Path root) {
    machine = new Machine(root);
    files = MemoryRoom.in(root, Pool.FILES);
    system = MemoryRoom.in(root, Pool.SYSTEM_HEAP);
  }

  private static void assertRoom(long capacityMib, long leftMib, MemoryRoom room) {
    assertEquals(capacityMib * MIB, room.capacity().or(0L), room.capacity()::toString);
    assertEquals(OptionalLong.of(leftMib * MIB), room.leftBytes());
  }

  @Test
  void withoutFilesNothingIsKnownAndNothingRefused() throws Exception {
    for (MemoryRoom room : new MemoryRoom[] {files, system}) {
      assertEquals(OptionalLong.empty(), room.leftBytes());
      assertTrue(room.capacity().known().isEmpty());
      room.check("x", 1L << 50);
    }
  }

  @Test
  void theMachineIsTheLimitWhereThereIsNoOther() {
    machine.meminfo(1000, 400, 0, 0);
    assertRoom(1000, 400, files);
    assertRoom(1000, 400, system);
    machine.inCgroup("/service").cgroup("/service", "max", 0);
    assertRoom(1000, 400, files);
  }

  @Test
  void contiguousMemoryIsNotForMemoryThatStays() {
    machine.meminfo(1000, 400, 300, 250);
    assertRoom(1000, 400, files);
    assertRoom(700, 150, system);
    machine.meminfo(1000, 200, 300, 250);
    assertRoom(700, 0, system);
  }

  /** Otherwise a container on a large machine would seem to be full of what others have. */
  @Test
  void theCgroupIsTheLimitOfWhatCountsForIt() {
    machine.meminfo(1000, 400, 0, 0).inCgroup("/service");
    machine.cgroup("/service", Long.toString(100 * MIB), 30 * MIB);
    assertRoom(100, 70, files);
    assertRoom(1000, 400, system);
    machine.file(ACCOUNTING, "N");
    assertRoom(1000, 400, system);
    machine.file(ACCOUNTING, "Y");
    assertRoom(100, 70, system);
    machine.meminfo(1000, 20, 0, 0);
    assertRoom(100, 20, files);
    machine.cgroup("/service", Long.toString(2000 * MIB), 0);
    assertRoom(1000, 20, files);
  }

  @Test
  void capacityNamesItsSource() {
    machine.meminfo(1000, 400, 300, 0);
    assertSource("MemTotal of /proc/meminfo: all memory of the machine", files.capacity());
    assertSource("MemTotal of /proc/meminfo less CmaTotal: all memory", system.capacity());
    machine.inCgroup("/service").cgroup("/service", "1", 0);
    assertSource("memory.max of the cgroup, which may be changed", files.capacity());
  }

  private static void assertSource(String words, Trait<Long> capacity) {
    assertTrue(capacity.source().startsWith(words), capacity::toString);
  }

  private Kind refusal(MemoryRoom room, long bytes) {
    return assertThrows(HeapException.class, () -> room.check("x", bytes)).kind();
  }

  @Test
  void largeAllocationsThatCannotSucceedAreRefusedBeforehand() throws Exception {
    machine.meminfo(1000, 500, 0, 0).inCgroup("/service");
    files.check("x", 500 * MIB);
    assertEquals(Kind.FULL, refusal(files, 500 * MIB + 1));
    assertEquals(Kind.TOO_LARGE, refusal(files, 1000 * MIB + 1));
    machine.cgroup("/service", Long.toString(100 * MIB), 30 * MIB);
    assertEquals(Kind.FULL, refusal(files, 71 * MIB));
    assertEquals(
        "x cannot give 104857601 bytes: it has 104857600 in all (memory.max of the cgroup,"
            + " which may be changed while it is in use)",
        assertThrows(HeapException.class, () -> files.check("x", 100 * MIB + 1)).getMessage());
    system.check("x", 500 * MIB);
  }

  @Test
  void smallAllocationsAreNotChecked() throws Exception {
    machine.meminfo(1, 0, 0, 0);
    files.require("x", MemoryRoom.LARGE_BYTES - 1);
    assertThrows(HeapException.class, () -> files.require("x", MemoryRoom.LARGE_BYTES));
  }
}
