package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapProvider.Closed;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What udmabuf of some kernels does wrong with large pages. Memory of which contents would be lost
 * is no heap, so each defect closes one, with the reason.
 *
 * <p>Drivers up to 6.10 map pages, not page frames. They lose count of the parts of a huge page
 * when a mapping of them ends, and damage the kernel's own lists: 6.1 oopsed in free_huge_page.
 * From 6.11 on they map page frames (VM_PFNMAP); but before 6.16, in a mapping into the kernel, the
 * first part of each large page stood for all of its parts, so that a driver that works by such a
 * mapping wrote a frame over itself. Newer drivers have neither defect.
 *
 * @param mapsPageFrames tells how the driver maps, which a mapping of ordinary memory shows without
 *     harm; it allocates, and is asked only when it matters
 * @param kernel its version, as no importer is at hand with which to try the second defect
 */
record UdmabufDefects(BooleanSupplier mapsPageFrames, KernelVersion kernel) {

  private static final KernelVersion SOUND = new KernelVersion(6, 16);

  /** The defect in the way of a heap of huge pages, if there is one. */
  Optional<Closed> ofHugePages(String heap) {
    if (!mapsPageFrames.getAsBoolean()) {
      return Optional.of(
          new Closed(
              heap,
              Closed.Kind.MISSING,
              "this kernel's udmabuf miscounts the parts of huge pages that a process maps, which"
                  + " damages the kernel's memory",
              "a kernel whose udmabuf has neither this defect nor later ones: "
                  + SOUND
                  + " or newer"));
    }
    return losesParts()
        ? Optional.of(
            new Closed(heap, Closed.Kind.MISSING, lost("huge pages"), SOUND + " or newer"))
        : Optional.empty();
  }

  /**
   * The defect in the way of a heap of ordinary memory, if there is one.
   *
   * @param settings the folder in which the kernel says whether memfds get large pages unasked
   */
  Optional<Closed> ofOrdinaryPages(String heap, Path settings) {
    return losesParts() && HugePages.areGivenUnasked(settings) && mapsPageFrames.getAsBoolean()
        ? Optional.of(
            new Closed(
                heap,
                Closed.Kind.FAILED,
                lost("the large pages which memfds get here"),
                "echo never >" + settings.resolve("shmem_enabled") + ", or kernel " + SOUND))
        : Optional.empty();
  }

  private boolean losesParts() {
    return !kernel.isAtLeast(SOUND);
  }

  private String lost(String pages) {
    return "udmabuf of kernel "
        + kernel
        + " shows drivers that map memory into the kernel wrong parts of "
        + pages
        + ", so that frames are lost";
  }
}
