package dev.dmabroker.samples.bench;

import dev.dmabroker.spec.Caching;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;

/** Constraints of mixed kinds, as the devices of pipelines ask for them. */
final class Mixed {
  private Mixed() {}

  static Constraints of(int device) {
    return switch (device % 8) {
      case 0 -> Constraints.builder().cpuReach().usage(Usage.VIDEO_CAPTURE).build();
      case 1 -> Constraints.builder().strideAlignment(64).build();
      case 2 ->
          Constraints.builder()
              .addressBits(40)
              .image(
                  ImageConstraints.builder()
                      .formats(PixelFormat.NV12, PixelFormat.NV21)
                      .strideAlignment(16)
                      .sizeAlignment(16, 8))
              .camping(2)
              .build();
      case 3 -> Constraints.builder().contiguous().addressBits(32).alignment(4096).build();
      case 4 ->
          Constraints.builder()
              .maxSegments(2048)
              .image(ImageConstraints.builder().minStride(256).maxSize(8192, 8192))
              .build();
      case 5 ->
          Constraints.builder()
              .prefer(40, Constraints.builder().caching(Caching.CACHED).build())
              .build();
      case 6 -> Constraints.builder().forbiddenHeaps("heap-5", "heap-9").minSize(65536).build();
      default -> Constraints.none();
    };
  }
}
