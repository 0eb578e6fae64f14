package dev.dmabroker.fuzz;

import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;
import java.util.List;

/** Specs and constraints that walks draw from. */
final class Specs {
  static final List<BufferSpec> GOOD =
      List.of(
          BlobSpec.of(4096),
          BlobSpec.of(4096),
          BlobSpec.of(4096),
          BlobSpec.of(8192),
          BlobSpec.of(1),
          BlobSpec.of(100),
          ImageSpec.of(64, 16, PixelFormat.XRGB8888),
          ImageSpec.of(33, 17, PixelFormat.NV12, PixelFormat.GREY));

  static final List<BufferSpec> BAD =
      List.of(
          BlobSpec.of(Long.MAX_VALUE),
          BlobSpec.of(1L << 31),
          ImageSpec.of(Integer.MAX_VALUE, Integer.MAX_VALUE, PixelFormat.XRGB8888),
          ImageSpec.of(Integer.MAX_VALUE, 1, PixelFormat.NV12));

  /** Layouts for memory that is adopted; not all hold what a spec says. */
  static final List<Layout> LAYOUTS =
      List.of(
          BlobSpec.of(4096).layout(),
          BlobSpec.of(8192).layout(),
          BlobSpec.of(Long.MAX_VALUE).layout(),
          ImageSpec.of(64, 16, PixelFormat.XRGB8888).layout(),
          new Layout(8192, List.of(new Layout.Plane(64, 4096, 4096, 1))),
          new Layout(4096, List.of(new Layout.Plane(0, 64, 64, 64))));

  static final List<Constraints> CONSTRAINTS =
      List.of(
          Constraints.none(),
          Constraints.none(),
          Constraints.none(),
          Constraints.builder().contiguous().build(),
          Constraints.builder().contiguous().build(),
          Constraints.builder().addressBits(32).build(),
          Constraints.builder().minSize(8192).build(),
          Constraints.builder().maxSize(4096).build(),
          Constraints.builder().forbiddenHeaps("cma", "small").build(),
          Constraints.builder().permittedHeaps("small").build(),
          Constraints.builder().permittedHeaps("blind").build(),
          Constraints.builder().permittedHeaps("no such heap").build(),
          Constraints.builder().strideAlignment(256).build(),
          Constraints.builder().cpuOnly().build(),
          Constraints.builder().cpuReach().camping(2).build(),
          Constraints.builder().camping(40).build(),
          Constraints.builder().maxCount(1).build(),
          Constraints.builder().minCount(3).dedicatedSlack(1).build(),
          Constraints.builder().usage(Usage.CPU_READ_OFTEN, Usage.GPU_STORAGE).build(),
          Constraints.builder()
              .prefer(50, Constraints.builder().contiguous().build())
              .image(ImageConstraints.builder().formats(PixelFormat.GREY))
              .build(),
          Constraints.builder().image(ImageConstraints.builder().maxSize(32, 32)).build());

  private Specs() {}
}
