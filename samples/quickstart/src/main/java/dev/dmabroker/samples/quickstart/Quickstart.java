package dev.dmabroker.samples.quickstart;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.util.stream.Collectors;

/** The README's example, with the buffer's state at each step. */
public final class Quickstart {
  private Quickstart() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    try (Broker broker =
        Broker.builder()
            .discoverHeaps() // what this machine really has
            .heaps(Heaps.modelledStandIns()) // and models, where it has no dma-bufs
            .build()) {
      System.out.println("heaps:               " + heaps(broker));
      Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
      Device display =
          broker.register(
              "display",
              Constraints.builder().contiguous().addressBits(32).strideAlignment(64).build());

      SharedBuffer frame = broker.export(ImageSpec.of(1920, 1080, PixelFormat.NV12));
      Attachment in = frame.attach(camera);
      System.out.println("exported, attached:  " + where(frame)); // no memory yet

      try (Mapping m = in.map(Access.OVERWRITE); // memory is chosen and allocated here
          CpuView pixels = m.cpuView()) {
        pixels.bytes().putInt(0, 0xcafe);
        System.out.println("camera mapped:       " + where(frame) + ", " + m.layout());
      }

      Attachment out = frame.attach(display); // stricter: the frame has to move
      try (Mapping m = out.map(Access.READ); // moved, contents intact
          CpuView pixels = m.cpuView()) {
        String contents = Integer.toHexString(pixels.bytes().getInt(0));
        System.out.println(
            "display mapped:      "
                + where(frame)
                + ", generation "
                + m.generation()
                + ", contents 0x"
                + contents);
      }
    }
  }

  private static String heaps(Broker broker) {
    return broker.snapshot().heaps().stream()
        .map(heap -> heap.name() + (heap.traits().modelled().is(true) ? " (only a model)" : ""))
        .collect(Collectors.joining(", "));
  }

  private static String where(SharedBuffer buffer) {
    return buffer.state() + buffer.heapName().map(heap -> " in " + heap).orElse("");
  }
}
