package dev.dmabroker.allocators.linux;

import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds the heaps in /dev/dma_heap, each under its node's name. The default CMA heap, which kernels
 * name differently, is also called {@code cma}.
 *
 * <p>Discovery allocates a few MiB from each heap for a moment, to see what its memory is like.
 */
public final class DmaHeapProvider extends LinuxHeapProvider {

  private static final String NAME = "dma_heap";
  private static final String REMEDY =
      "a kernel with CONFIG_DMABUF_HEAPS and CONFIG_DMABUF_HEAPS_SYSTEM, and"
          + " CONFIG_DMABUF_HEAPS_CMA for contiguous memory, of which cma=SIZE on the kernel's"
          + " command line sets some aside; in a container /dev/dma_heap has to be passed in";

  private static final MemoryRoom SYSTEM = MemoryRoom.of(MemoryRoom.Pool.SYSTEM_HEAP);

  private final Path folder;
  private final Path deviceTree;

  /** Makes a provider of this machine's heaps. */
  public DmaHeapProvider() {
    this(Path.of("/dev/dma_heap"));
  }

  DmaHeapProvider(Path folder) {
    this(folder, ReservedMemory.TREE);
  }

  DmaHeapProvider(Path folder, Path deviceTree) {
    super(NAME);
    this.folder = folder;
    this.deviceTree = deviceTree;
  }

  @Override
  public String name() {
    return "dma-heap";
  }

  @Override
  public Set<Path> watchedPaths() {
    return Set.of(folder);
  }

  @Override
  List<Finding> look(PresentHeaps present) {
    Set<String> names;
    try {
      names = list();
    } catch (NoSuchFileException e) {
      return List.of(new Closed(NAME, Closed.Kind.MISSING, "there is no " + folder, REMEDY));
    } catch (AccessDeniedException e) {
      return unlisted(
          present,
          new DeviceNode(folder, NAME, "SUBSYSTEM==\"dma_heap\"", REMEDY).closed(Errno.EACCES));
    } catch (IOException e) {
      return unlisted(
          present,
          new Closed(NAME, Closed.Kind.FAILED, folder + " cannot be listed: " + e, REMEDY));
    }
    if (names.isEmpty()) {
      return List.of(new Closed(NAME, Closed.Kind.MISSING, folder + " is empty", REMEDY));
    }
    return look(present, names);
  }

  private static List<Finding> unlisted(PresentHeaps present, Closed why) {
    return Stream.concat(present.all(), Stream.of(why)).toList();
  }

  private Set<String> list() throws IOException {
    Set<String> names = new TreeSet<>();
    try (var nodes = Files.newDirectoryStream(folder)) {
      nodes.forEach(node -> names.add(node.getFileName().toString()));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return names;
  }

  private List<Finding> look(PresentHeaps present, Set<String> names) {
    DmaHeapNames known = new DmaHeapNames(ReservedMemory.read(deviceTree));
    List<Finding> findings = new ArrayList<>();
    known
        .aliases(names)
        .forEach(
            (name, aliases) ->
                findings.add(
                    present.orNew(
                        name,
                        folder.resolve(name),
                        () -> find(name, present.free(aliases), known))));
    present.heaps().stream()
        .map(Heap::name)
        .filter(name -> !names.contains(name))
        .forEach(name -> findings.add(gone(name)));
    return findings;
  }

  private Closed gone(String name) {
    return new Closed(
        name,
        Closed.Kind.MISSING,
        "there is no " + folder.resolve(name) + " any more",
        "load the heap's driver again, or give its node back; rescan() or watchHeaps() finds it"
            + " then");
  }

  /** Opens one heap and finds out its traits. */
  private Finding find(String name, Set<String> aliases, DmaHeapNames known) {
    Path path = folder.resolve(name);
    boolean kernelClears = known.find(name).isPresent();
    Fd node;
    try {
      node = Fd.open(path, LibC.O_RDONLY);
    } catch (Fd.OpenFailure e) {
      String match = "SUBSYSTEM==\"dma_heap\", KERNEL==\"" + name + "\"";
      return new DeviceNode(path, name, match, REMEDY).closed(e.errno());
    }
    DmaHeapSource source = new DmaHeapSource(name, node, kernelClears);
    try {
      HeapTraits traits = traits(name, source, known);
      return new Open(
          new LinuxHeap(name, aliases, traits, source, NodeId.of(node), room(name, traits, known)));
    } catch (HeapException e) {
      source.close();
      return new Closed(
          name,
          Closed.Kind.FAILED,
          "a probe failed: " + e.getMessage(),
          "look into the kernel's log (dmesg); is " + path + " really a dma-heap?");
    }
  }

  /** What tells how much is left of a heap whose size is known. */
  private static Room room(String name, HeapTraits traits, DmaHeapNames names) {
    Optional<Boolean> contiguous = names.find(name).flatMap(DmaHeapNames.Documented::contiguous);
    Optional<Long> capacity = traits.capacityBytes().known();
    if (contiguous.isEmpty() || capacity.isEmpty()) {
      return OptionalLong::empty;
    }
    return contiguous.get()
        ? new CmaRoom(Path.of("/"), name, names.isDefaultRegion(name), capacity.get())
        : SYSTEM;
  }

  /** The traits of a heap: those that its documentation promises, and those that a sample shows. */
  private static HeapTraits traits(String name, DmaHeapSource source, DmaHeapNames names)
      throws HeapException {
    Optional<DmaHeapNames.Documented> documented = names.find(name);
    HeapTraitsBuilder traits =
        HeapTraits.builder()
            .addressBits(PhysicalMemory.addressBits())
            .alignmentBytes(
                Trait.documented(Pages.size(), "DMA_HEAP_IOCTL_ALLOC gives whole pages"))
            .granuleBytes(Trait.documented(Pages.size(), "DMA_HEAP_IOCTL_ALLOC gives whole pages"));
    documented.ifPresent(known -> document(known, traits));
    names.region(name).ifPresent(region -> place(region, traits));
    try {
      AccessProbe.look(source, traits);
    } catch (HeapException e) {
      if (e.kind() != Kind.FULL) {
        throw e;
      }
      String why = "dma-heaps give dma-bufs; it was not tried, as the heap is full";
      traits.deviceAccess(Trait.documented(true, why)).cpuReach(Trait.unknown(why));
    }
    return traits
        .contiguous(
            ContiguityProbe.contiguous(
                source,
                documented.flatMap(DmaHeapNames.Documented::contiguous),
                documented.map(DmaHeapNames.Documented::source).orElse("")))
        .build();
  }

  private static void document(DmaHeapNames.Documented known, HeapTraitsBuilder traits) {
    if (known.isProtected()) {
      traits
          .secure(Trait.documented(true, known.source()))
          .coherency(Trait.documented(Set.of(Coherency.INACCESSIBLE), known.source()));
      return;
    }
    traits
        .cached(Trait.documented(known.cached(), known.source()))
        .capacityBytes(
            known.contiguous().orElse(false) ? PhysicalMemory.cmaTotal() : SYSTEM.capacity());
  }

  /** What the device tree says of the region: all memory of the heap lies in it. */
  private static void place(ReservedMemory.Region region, HeapTraitsBuilder traits) {
    region
        .bytes()
        .ifPresent(
            bytes ->
                traits.capacityBytes(
                    Trait.probed(
                        bytes,
                        "the region's size in the device tree; movable pages of others lie in"
                            + " it")));
    if (region.start().isPresent() && region.bytes().isPresent()) {
      long start = region.start().getAsLong();
      long end = start + region.bytes().getAsLong();
      String source = "the region of the device tree is 0x%x to 0x%x".formatted(start, end - 1);
      traits
          .lowestAddress(Trait.probed(start, source))
          .addressBits(Trait.probed(Long.SIZE - Long.numberOfLeadingZeros(end - 1), source));
    }
  }
}
