package dev.dmabroker.allocators.linux;

import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds dma-bufs of ordinary memory through /dev/udmabuf: {@code udmabuf}, and {@code udmabuf-huge}
 * if the system has huge pages and the driver has none of the {@link UdmabufDefects}.
 */
public final class UdmabufProvider extends LinuxHeapProvider {

  static final Path SIZE_LIMIT = Path.of("/sys/module/udmabuf/parameters/size_limit_mb");

  private static final String ORDINARY = "udmabuf";
  private static final String HUGE = "udmabuf-huge";
  private static final MemoryRoom ROOM = MemoryRoom.of(MemoryRoom.Pool.FILES);
  private static final String REMEDY =
      "a kernel with CONFIG_UDMABUF; in a container /dev/udmabuf has to be passed in";

  private final Path node;
  private final KernelVersion kernel;

  /** Makes a provider of this machine's memory. */
  public UdmabufProvider() {
    this(Path.of("/dev/udmabuf"), KernelVersion.current());
  }

  UdmabufProvider(Path node, KernelVersion kernel) {
    super(ORDINARY, HUGE);
    this.node = node;
    this.kernel = kernel;
  }

  @Override
  public String name() {
    return "udmabuf";
  }

  @Override
  public Set<Path> watchedPaths() {
    return Set.of(node);
  }

  @Override
  List<Finding> look(PresentHeaps present) {
    List<Finding> findings = new ArrayList<>();
    Finding ordinary =
        present.orNew(
            ORDINARY, node, () -> find(ORDINARY, OptionalLong.empty(), OptionalInt.empty()));
    // If the node itself is closed, huge pages would make no difference.
    if (ordinary instanceof Open open) {
      UdmabufDefects defects = defects(open);
      findings.add(present.orNew(ORDINARY, node, () -> unlessDefective(open, defects)));
      findings.add(present.orNew(HUGE, node, () -> huge(defects)));
    } else {
      findings.add(ordinary);
    }
    return findings;
  }

  /** The heap of ordinary memory, closed if the driver loses contents of it. */
  private static Finding unlessDefective(Open open, UdmabufDefects defects) {
    Optional<Closed> defect = defects.ofOrdinaryPages(open.heap().name(), HugePages.TRANSPARENT);
    if (defect.isEmpty()) {
      return open;
    }
    open.heap().close();
    return defect.get();
  }

  private UdmabufDefects defects(Open ordinary) {
    return new UdmabufDefects(
        () -> ordinary.heap() instanceof LinuxHeap heap && heap.mapsPageFrames(), kernel);
  }

  /** Finds the heap of huge pages, if the driver maps them without harm. */
  private Finding huge(UdmabufDefects defects) {
    OptionalLong pageBytes = HugePages.smallestBytes();
    if (pageBytes.isEmpty()) {
      return new Closed(
          HUGE, Closed.Kind.MISSING, "the system has no huge pages", HugePages.REMEDY);
    }
    Optional<Closed> defect = defects.ofHugePages(HUGE);
    return defect.isPresent() ? defect.get() : find(HUGE, pageBytes, OptionalInt.empty());
  }

  /** Finds the heap of ordinary pages at a NUMA node. */
  Finding at(int numaNode, PresentHeaps present) {
    String name = ORDINARY + "-node" + numaNode;
    return present.orNew(name, node, () -> at(numaNode, name));
  }

  private Finding at(int numaNode, String name) {
    Finding found = find(name, OptionalLong.empty(), OptionalInt.of(numaNode));
    return found instanceof Open open ? unlessDefective(open, defects(open)) : found;
  }

  private Finding find(String name, OptionalLong hugePageBytes, OptionalInt numaNode) {
    Trait<Long> maxSize = maxSize();
    Fd fd;
    try {
      fd = Fd.open(node, LibC.O_RDWR);
    } catch (Fd.OpenFailure e) {
      String match = "SUBSYSTEM==\"misc\", KERNEL==\"udmabuf\"";
      return new DeviceNode(node, name, match, REMEDY).closed(e.errno());
    }
    try {
      MemfdSource memory =
          hugePageBytes.isPresent()
              ? MemfdSource.huge(name, hugePageBytes.getAsLong())
              : MemfdSource.ordinary(name);
      if (numaNode.isPresent()) {
        memory = memory.at(numaNode.getAsInt());
      }
      Source source = new UdmabufSource(name, fd, memory, maxSize.or(Long.MAX_VALUE));
      HeapTraitsBuilder traits = traits(memory).maxSizeBytes(maxSize);
      Room room = ROOM;
      if (hugePageBytes.isPresent()) {
        traits.speed(Trait.assumed(MemorySpeed.FAST, "huge pages need fewer address translations"));
        traits.capacityBytes(PhysicalMemory.total());
        room = OptionalLong::empty; // The pool of huge pages has figures of its own.
      }
      numaNode.ifPresent(number -> traits.numaNode(NumaNodes.trait(number)));
      AccessProbe.look(source, traits);
      return new Open(new LinuxHeap(name, Set.of(), traits.build(), source, NodeId.of(fd), room));
    } catch (HeapException e) {
      fd.close();
      return new Closed(
          name,
          hugePageBytes.isPresent() ? HugePages.kind(e) : Closed.Kind.FAILED,
          "a probe failed: " + e.getMessage(),
          hugePageBytes.isPresent()
              ? HugePages.REMEDY + "; the driver has to take them, too"
              : "look into the kernel's log (dmesg)");
    }
  }

  private static HeapTraitsBuilder traits(MemfdSource memory) {
    return HeapTraits.builder()
        .contiguous(
            // The memfd's own mapping shows the frames on each kernel, the dma-buf's not on all.
            ContiguityProbe.contiguous(
                memory, Optional.of(false), "a memfd promises no more than pages"))
        .addressBits(PhysicalMemory.addressBits())
        .alignmentBytes(Trait.documented(memory.unitBytes(), "a memfd consists of whole pages"))
        .granuleBytes(Trait.documented(memory.unitBytes(), "a memfd consists of whole pages"))
        .capacityBytes(ROOM.capacity())
        .cached(Trait.documented(true, "udmabuf maps ordinary memory as it is"));
  }

  /** The driver's limit of one allocation, which is a parameter of its module. */
  private static Trait<Long> maxSize() {
    try {
      long megabytes = Long.parseLong(Files.readString(SIZE_LIMIT).strip());
      return Trait.probed(Math.multiplyExact(megabytes, 1L << 20), SIZE_LIMIT.toString());
    } catch (IOException | NumberFormatException | ArithmeticException e) {
      return Trait.unknown(SIZE_LIMIT + " cannot be read");
    }
  }
}
