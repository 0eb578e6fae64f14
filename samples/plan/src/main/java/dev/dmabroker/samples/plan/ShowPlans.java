package dev.dmabroker.samples.plan;

import dev.dmabroker.Broker;
import dev.dmabroker.Conflict;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.Usage;
import java.util.List;

/** Plans for a camera, an encoder and a display, one after the other, and a conflict. */
public final class ShowPlans {
  private static final ImageSpec FRAME = ImageSpec.of(1920, 1080, PixelFormat.NV12);

  private ShowPlans() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    try (Broker broker = StandIns.broker().build()) {
      StandIns.notice(broker).ifPresent(System.out::println);
      Device camera =
          broker.register(
              "camera",
              Constraints.builder()
                  .usage(Usage.VIDEO_CAPTURE)
                  .camping(2)
                  .image(ImageConstraints.builder().formats(PixelFormat.NV12).strideAlignment(16))
                  .build());
      Device encoder =
          broker.register(
              "encoder",
              Constraints.builder()
                  .usage(Usage.VIDEO_ENCODER)
                  .camping(3)
                  .image(
                      ImageConstraints.builder()
                          .formats(PixelFormat.NV12, PixelFormat.NV21)
                          .sizeAlignment(16, 16)
                          .overRead(256))
                  .build());
      Device display =
          broker.register(
              "display",
              Constraints.builder()
                  .usage(Usage.DISPLAY_LAYER)
                  .contiguous()
                  .addressBits(32)
                  .strideAlignment(64)
                  .sharedSlack(1)
                  .build());
      System.out.println(broker.plan(FRAME, List.of(camera, encoder)));
      System.out.println(broker.plan(FRAME, List.of(camera, encoder, display)));
      conflict(broker, display);
    }
  }

  private static void conflict(Broker broker, Device display) {
    Device legacy =
        broker.register(
            DeviceSpec.builder("legacy")
                .constraints(
                    Constraints.builder()
                        .permittedHeaps("system", "modelled-system")
                        .image(ImageConstraints.builder().formats(PixelFormat.NV12).maxStride(4096))
                        .build())
                .build());
    var frame = broker.export("frame", FRAME);
    var shown = frame.attach(display);
    try {
      frame.attach(legacy).close();
      System.out.println("legacy and display go together here");
    } catch (UnsatisfiableException e) {
      Conflict conflict = e.conflict();
      System.out.println(e.getMessage());
      System.out.println("  conflict:   " + conflict.clauses());
      conflict.relaxations().forEach(each -> System.out.println("  would help: " + each));
    } finally {
      shown.close();
      frame.close();
    }
  }
}
