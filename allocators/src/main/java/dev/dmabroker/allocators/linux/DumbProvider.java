package dev.dmabroker.allocators.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the dumb buffers of each node /dev/dri/cardN, as the heap {@code drm-cardN}. */
public final class DumbProvider extends LinuxHeapProvider {
  private static final String NAME = "drm-card";
  private static final String REMEDY =
      "a kernel with a DRM driver for the machine's display, or CONFIG_DRM_VGEM or CONFIG_DRM_VKMS"
          + " for one without; in a container /dev/dri has to be passed in";

  /**
   * Drivers with dumb buffers that are pages of main memory (drm_gem_shmem_helper.c, or as vgem and
   * udl say of themselves). The dumb buffers of other drivers may lie in the card.
   */
  private static final Set<String> IN_MAIN_MEMORY = Set.of("vgem", "vkms", "udl", "gud");

  private static final int NAME_BYTES = 32;

  private final Path folder;

  /** Makes a provider of this machine's dumb buffers. */
  public DumbProvider() {
    this(Path.of("/dev/dri"));
  }

  DumbProvider(Path folder) {
    super(NAME + "N");
    this.folder = folder;
  }

  @Override
  public String name() {
    return "drm-dumb";
  }

  @Override
  public Set<Path> watchedPaths() {
    return Set.of(folder);
  }

  @Override
  List<Finding> look(PresentHeaps present) {
    Set<Path> cards = new TreeSet<>();
    try (var nodes = Files.newDirectoryStream(folder, "card[0-9]*")) {
      nodes.forEach(cards::add);
    } catch (NoSuchFileException e) {
      return List.of(new Closed(NAME + "N", Closed.Kind.MISSING, "there is no " + folder, REMEDY));
    } catch (IOException | DirectoryIteratorException e) {
      return List.of(
          new Closed(NAME + "N", Closed.Kind.FAILED, folder + " cannot be listed: " + e, REMEDY));
    }
    if (cards.isEmpty()) {
      return List.of(new Closed(NAME + "N", Closed.Kind.MISSING, folder + " has no card", REMEDY));
    }
    List<Finding> findings = new ArrayList<>();
    for (Path card : cards) {
      findings.add(present.orNew(nameOf(card), card, () -> find(card)));
    }
    return findings;
  }

  private static String nameOf(Path card) {
    return "drm-" + card.getFileName();
  }

  /** Opens one card and finds out its traits. */
  private static Finding find(Path card) {
    String name = nameOf(card);
    Fd node;
    try {
      node = Fd.open(card, LibC.O_RDWR);
    } catch (Fd.OpenFailure e) {
      String match = "SUBSYSTEM==\"drm\", KERNEL==\"" + card.getFileName() + "\"";
      return new DeviceNode(card, name, match, REMEDY).closed(e.errno());
    }
    try (Fd.Use use = node.use()) {
      LibC.calls().ioctl(use.number(), DrmMode.DRM_IOCTL_DROP_MASTER, 0);
      Optional<String> lack = lack(use.number());
      if (lack.isPresent()) {
        node.close();
        return new Closed(
            name, Closed.Kind.MISSING, card + ": " + lack.get(), "use another card, or a dma-heap");
      }
      String driver = driver(use.number());
      boolean ordinary = IN_MAIN_MEMORY.contains(driver);
      DumbSource source = new DumbSource(name, node, ordinary);
      HeapTraitsBuilder traits = traits(name, driver);
      AccessProbe.look(source, traits);
      traits.contiguous(
          ContiguityProbe.contiguous(source, Optional.empty(), "the driver does not tell"));
      return new Open(new LinuxHeap(name, Set.of(), traits.build(), source, NodeId.of(node)));
    } catch (HeapException e) {
      node.close();
      return new Closed(
          name,
          Closed.Kind.FAILED,
          "a probe failed: " + e.getMessage(),
          "look into the kernel's log (dmesg)");
    } catch (RuntimeException | Error e) {
      node.close();
      throw e;
    }
  }

  /** The reason why the node gives no dumb buffers as dma-bufs, if there is one. */
  private static Optional<String> lack(int node) throws HeapException {
    // The kernel does not tell the first capability of drivers without displays (drm_ioctl.c): it
    // is tried.
    if (capability(node, DrmMode.DRM_CAP_DUMB_BUFFER, /* ifNotTold= */ 1) == 0) {
      return Optional.of("its driver has no dumb buffers (DRM_CAP_DUMB_BUFFER)");
    }
    return (capability(node, DrmMode.DRM_CAP_PRIME, /* ifNotTold= */ 0)
                & DrmMode.DRM_PRIME_CAP_EXPORT)
            == 0
        ? Optional.of("its driver does not export buffers (DRM_CAP_PRIME)")
        : Optional.empty();
  }

  /** The value of a capability; 0 if the kernel does not know it, or the node is no DRM device. */
  private static long capability(int node, long which, long ifNotTold) throws HeapException {
    ByteBuffer request =
        ByteBuffer.allocate(DrmMode.GET_CAP)
            .order(ByteOrder.nativeOrder())
            .putLong(DrmMode.GET_CAP__CAPABILITY, which);
    Optional<Errno> refusal = Drm.ask(node, DrmMode.DRM_IOCTL_GET_CAP, request);
    if (refusal.isEmpty()) {
      return request.getLong(8);
    }
    Errno errno = refusal.get();
    if (errno.equals(Errno.EOPNOTSUPP)) {
      return ifNotTold;
    }
    if (errno.equals(Errno.EINVAL) || errno.equals(Errno.ENOTTY)) {
      return 0;
    }
    throw errno.failure("DRM_IOCTL_GET_CAP of " + which);
  }

  /** The driver's name; empty if it does not tell. */
  private static String driver(int node) {
    try (Memory name = new Memory(NAME_BYTES)) {
      name.clear();
      ByteBuffer version =
          ByteBuffer.allocate(DrmMode.VERSION)
              .order(ByteOrder.nativeOrder())
              .putLong(DrmMode.VERSION__NAME_LEN, NAME_BYTES - 1)
              .putLong(DrmMode.VERSION__NAME, Pointer.nativeValue(name));
      return Drm.ask(node, DrmMode.DRM_IOCTL_VERSION, version).isEmpty()
          ? name.getString(0, StandardCharsets.US_ASCII.name())
          : "";
    }
  }

  private static HeapTraitsBuilder traits(String name, String driver) {
    HeapTraitsBuilder traits =
        HeapTraits.builder()
            .cached(Trait.unknown("the driver " + driver + " does not tell"))
            .maxSizeBytes(Trait.documented(DumbSource.maxSizeBytes(), "sizes have 32 bits"));
    if (IN_MAIN_MEMORY.contains(driver)) {
      String why = "the driver " + driver + " takes pages of main memory";
      return traits
          .addressBits(PhysicalMemory.addressBits())
          .alignmentBytes(Trait.documented(Pages.size(), why))
          .granuleBytes(Trait.documented(Pages.size(), why))
          .capacityBytes(MemoryRoom.of(MemoryRoom.Pool.FILES).capacity());
    }
    return traits.deviceLocal(
        Trait.assumed(name, "the buffers of the driver " + driver + " may lie in the card"));
  }
}
