package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;

/**
 * A person looks through a camera, and after a moment presses the button: six recordings one after
 * the other, each with new buffers, and an encoder for contiguous memory that joins after 0.2 s.
 */
final class LateEncoder {
  private static final int RECORDINGS = 6;
  private static final int BUFFERS = 4;
  private static final int FRAMES = 36;
  private static final int FRAMES_BEFORE = 12;

  /** Between recordings; longer than the last frame needs to reach the consumers. */
  private static final int PAUSE = 6;

  private LateEncoder() {}

  static void script(Broker broker, Agenda agenda) {
    Device camera = Devices.camera(broker);
    Device viewer = broker.register(DeviceSpec.builder("viewer").access(Access.READ).build());
    Device encoder =
        broker.register(
            DeviceSpec.builder("encoder")
                .constraints(
                    Constraints.builder().contiguous().addressBits(32).strideAlignment(64).build())
                .access(Access.READ)
                .build());
    for (int i = 0; i < RECORDINGS; i++) {
      String name = "recording" + (i + 1);
      agenda.at(
          Stream.PERIOD_MICROS * (FRAMES + PAUSE) * i,
          () -> {
            ImageSpec image = ImageSpec.of(1280, 720, PixelFormat.NV12);
            Stream stream = new Stream(broker, agenda, name, image, BUFFERS, camera);
            stream.attach(viewer);
            stream.run(FRAMES);
            agenda.in(FRAMES_BEFORE * Stream.PERIOD_MICROS, () -> stream.attach(encoder));
            agenda.in((FRAMES + 2) * Stream.PERIOD_MICROS, stream::close);
          });
    }
  }
}
