package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.DmaHeapNames.Documented;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider.Open;
import dev.dmabroker.spi.HeapTraits;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What names of heaps mean, on a PC and on a board with a device tree. */
class DmaHeapNamesTest {
  private static final int FRAME = 614_400;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  private Path tree;

  @TempDir
  @SuppressWarnings("NullAway.Init") // by JUnit
  private Path nodes;

  private final DmaHeapNames pc = new DmaHeapNames(ReservedMemory.read(Path.of("/nonexistent")));

  @SuppressWarnings("NullAway.Init") // before each test
  private DmaHeapNames board;

  /** A board with two regions for CMA, one that is not reusable, and one of another kind. */
  @BeforeEach
  void plantTree() throws Exception {
    Files.write(tree.resolve("#address-cells"), new byte[] {0, 0, 0, 2});
    Files.write(tree.resolve("#size-cells"), new byte[] {0, 0, 0, 2});
    Files.write(tree.resolve("ranges"), new byte[0]);
    Path camera = region("camera@1c0000000", "shared-dma-pool", true);
    Files.write(
        camera.resolve("reg"),
        ByteBuffer.allocate(16).putLong(0x1c000_0000L).putLong(64 << 20).array());
    Path pool = region("pool", "vendor,pool\0shared-dma-pool", true);
    Files.write(pool.resolve("size"), ByteBuffer.allocate(8).putLong(32 << 20).array());
    Files.createFile(pool.resolve("linux,cma-default"));
    region("vpu@90000000", "shared-dma-pool", false);
    region("optee@fe000000", "linaro,optee", true);
    board = new DmaHeapNames(ReservedMemory.read(tree));
  }

  private Path region(String name, String compatible, boolean reusable) throws Exception {
    Path node = Files.createDirectory(tree.resolve(name));
    Files.writeString(node.resolve("compatible"), compatible + "\0");
    if (reusable) {
      Files.createFile(node.resolve("reusable"));
    }
    return node;
  }

  @Test
  void theCmaHeapIsFoundByAnyOfItsNames() {
    for (String name : new String[] {"reserved", "linux,cma", "default-pool"}) {
      assertEquals(Set.of("cma"), pc.aliases(Set.of("system", name)).get(name));
      assertEquals(Optional.of(true), pc.find(name).orElseThrow().contiguous());
    }
    assertEquals(Set.of(), pc.aliases(Set.of("system", "carveout")).get("carveout"));
    assertTrue(pc.find("carveout").isEmpty());
    assertEquals(Optional.of(false), pc.find("system").orElseThrow().contiguous());
    assertFalse(pc.find("system-uncached").orElseThrow().cached());
  }

  @Test
  void theDefaultRegionMayHaveItsNewNameAlone() {
    var heaps = pc.aliases(Set.of("default_cma_region", "system"));
    assertEquals(Set.of("cma"), heaps.get("default_cma_region"));
    assertEquals(Optional.of(true), pc.find("default_cma_region").orElseThrow().contiguous());
  }

  @Test
  void oneRegionUnderTwoNamesIsOneHeap() {
    var heaps = pc.aliases(Set.of("default_cma_region", "reserved", "system"));
    assertEquals(Set.of("default_cma_region", "system"), heaps.keySet());
    assertEquals(Set.of("cma", "reserved"), heaps.get("default_cma_region"));
    var two = pc.aliases(Set.of("reserved", "linux,cma"));
    assertEquals(Set.of("cma"), two.get("reserved"));
    assertEquals(Set.of(), two.get("linux,cma"));
    assertEquals(Set.of(), pc.aliases(Set.of("reserved", "cma")).get("reserved"));
  }

  @Test
  void memoryThatTheHostSeesIsScattered() {
    Documented shared = pc.find("system_cc_shared").orElseThrow();
    assertEquals(Optional.of(false), shared.contiguous());
    assertTrue(shared.source().contains("host"), shared.source());
    assertEquals(
        Set.of(), pc.aliases(Set.of("system", "system_cc_shared")).get("system_cc_shared"));
  }

  @Test
  void reusableRegionsOfTheTreeAreContiguous() {
    DmaHeapNames names = board;
    Documented camera = names.find("camera@1c0000000").orElseThrow();
    assertEquals(Optional.of(true), camera.contiguous());
    assertTrue(camera.source().contains("device tree"), camera.source());
    assertEquals(64L << 20, names.region("camera@1c0000000").orElseThrow().bytes().orElseThrow());
    assertTrue(names.find("vpu@90000000").isEmpty());
    assertTrue(names.find("optee@fe000000").isEmpty());
    assertTrue(names.find("").isEmpty());
  }

  @Test
  void theTreesDefaultRegionIsTheCmaHeap() {
    // Kernels before 6.17 have the heap under the node's name.
    assertEquals(Set.of("cma"), board.aliases(Set.of("system", "pool")).get("pool"));
    var both = board.aliases(Set.of("system", "default_cma_region", "pool", "camera@1c0000000"));
    assertEquals(Set.of("camera@1c0000000", "default_cma_region", "system"), both.keySet());
    assertEquals(Set.of("cma", "pool"), both.get("default_cma_region"));
    assertEquals(Set.of(), both.get("camera@1c0000000"));
    assertEquals(32L << 20, board.region("default_cma_region").orElseThrow().bytes().orElseThrow());
  }

  @Test
  void aRegionWithTheOldNameOfTheDefaultOneIsAHeapOfItsOwn() throws Exception {
    region("linux,cma", "shared-dma-pool", true);
    DmaHeapNames names = new DmaHeapNames(ReservedMemory.read(tree));
    var heaps = names.aliases(Set.of("default_cma_region", "linux,cma"));
    assertEquals(Set.of(), heaps.get("linux,cma"));
    assertEquals(Set.of("cma"), heaps.get("default_cma_region"));
  }

  // ---- Heaps ----

  private HeapTraits traits(String name) throws Exception {
    try (Heap heap = open(name)) {
      return heap.traits();
    }
  }

  private Heap open(String name) throws Exception {
    Files.createFile(nodes.resolve(name));
    return ((Open) new DmaHeapProvider(nodes, tree).discover().get(0)).heap();
  }

  @Test
  void aRegionsHeapHasItsPlaceAndSize() throws Exception {
    try (ScriptedKernel kernel = new ScriptedKernel(new ScriptedDrivers())) {
      HeapTraits traits = traits("camera@1c0000000");
      assertEquals(64L << 20, traits.capacityBytes().or(0L));
      assertEquals(0x1c000_0000L, traits.lowestAddress().or(0L));
      assertEquals(33, traits.addressBits().or(0));
      assertTrue(traits.addressBits().source().contains("0x1c0000000 to 0x1c3ffffff"));
    }
  }

  @Test
  void anUnknownHeapPromisesNothingAndIsCleared() throws Exception {
    try (ScriptedKernel kernel = new ScriptedKernel(new Dirty());
        Heap heap = open("carveout")) {
      // A sample may prove that it scatters its memory, and nothing that it does not.
      assertFalse(heap.traits().contiguous().or(false), heap.traits().contiguous().source());
      assertTrue(heap.traits().cached().known().isEmpty());
      assertTrue(heap.traits().capacityBytes().known().isEmpty());
      Backing backing = heap.allocate(new Heap.Request("frame", FRAME));
      ByteBuffer bytes = backing.bytes(0, FRAME);
      for (int at = 0; at < FRAME; at += Long.BYTES) {
        assertEquals(0, bytes.getLong(at));
      }
      backing.release();
    }
  }

  @Test
  void protectedMemoryIsForDevicesThatReachItAlone() throws Exception {
    ScriptedDrivers drivers = new ScriptedDrivers();
    try (ScriptedKernel kernel =
            new ScriptedKernel(
                call ->
                    call.is("mmap") && call.number(4) != -1
                        ? ScriptedKernel.failure(Errno.EINVAL)
                        : drivers.answer(call));
        Heap heap = open("protected,secure-video")) {
      assertTrue(heap.traits().secure().is(true), heap.traits().secure().source());
      assertEquals(Set.of(Coherency.INACCESSIBLE), heap.traits().coherency().or(Set.of()));
      assertTrue(heap.traits().cpuReach().is(false), heap.traits().cpuReach().source());
      heap.allocate(new Heap.Request("frame", FRAME)).release();
    }
  }

  /** A driver whose memory shows what was in it. */
  private static final class Dirty implements ScriptedKernel.Script {
    private final ScriptedDrivers drivers = new ScriptedDrivers();

    @Override
    public @Nullable Number answer(ScriptedKernel.Call call) throws Exception {
      Number answer = drivers.answer(call);
      if (call.isRequest(Ioctl.DMA_HEAP_IOCTL_ALLOC)) {
        ByteBuffer request = ByteBuffer.wrap(call.bytes(2)).order(ByteOrder.nativeOrder());
        ByteBuffer memory = OwnProcess.mapAgain(request.getInt(8), (int) request.getLong(0));
        while (memory.hasRemaining()) {
          memory.put((byte) 0xa5);
        }
      }
      return answer;
    }
  }
}
