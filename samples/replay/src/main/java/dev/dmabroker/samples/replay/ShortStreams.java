package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A hundred applications that each pass on three to five frames in two buffers, some at the same
 * time. Of some kinds, a strict device often joins late.
 */
final class ShortStreams {
  private static final int STREAMS = 100;
  private static final int BUFFERS = 2;
  private static final long EVERY_MICROS = 45_000;
  private static final long SEED = 7;

  /**
   * A kind of application.
   *
   * @param late joins amid the second frame, with this probability
   */
  private record Kind(
      String name,
      BufferSpec spec,
      Device producer,
      Device consumer,
      Optional<Device> late,
      double probability) {}

  private ShortStreams() {}

  static void script(Broker broker, Agenda agenda) {
    List<Kind> kinds = kinds(broker);
    Random random = new Random(SEED);
    long start = 0;
    for (int i = 1; i <= STREAMS; i++) {
      Kind kind = kinds.get(random.nextInt(kinds.size()));
      int frames = 3 + random.nextInt(3);
      boolean joined = random.nextDouble() < kind.probability();
      String name = kind.name() + i;
      agenda.at(start, () -> run(broker, agenda, name, kind, frames, joined));
      start += EVERY_MICROS / 2 + random.nextInt((int) EVERY_MICROS);
    }
  }

  private static List<Kind> kinds(Broker broker) {
    Device camera = Devices.camera(broker);
    Device decoder = Devices.register(broker, "decoder", Devices.CONTIGUOUS, Access.WRITE);
    Device gpu = Devices.register(broker, "gpu", Constraints.none(), Access.READ_WRITE);
    Device viewer = Devices.register(broker, "viewer", Constraints.none(), Access.READ);
    Device display = Devices.register(broker, "display", Devices.CONTIGUOUS, Access.READ);
    Device encoder =
        Devices.register(
            broker,
            "encoder",
            Constraints.builder().contiguous().addressBits(32).strideAlignment(64).build(),
            Access.READ);
    Device npu =
        Devices.register(broker, "npu", Constraints.builder().addressBits(32).build(), Access.READ);
    ImageSpec small = ImageSpec.of(640, 480, PixelFormat.YUYV);
    ImageSpec medium = ImageSpec.of(1280, 720, PixelFormat.NV12);
    BufferSpec bytes = BlobSpec.of(256 << 10);
    return List.of(
        new Kind("call", medium, camera, viewer, Optional.of(encoder), 0.8),
        new Kind("preview", small, camera, viewer, Optional.empty(), 0),
        new Kind("film", medium, decoder, display, Optional.empty(), 0),
        new Kind("game", medium, gpu, viewer, Optional.of(display), 0.3),
        new Kind("faces", small, camera, gpu, Optional.of(npu), 0.5),
        new Kind("data", bytes, gpu, viewer, Optional.empty(), 0));
  }

  private static void run(
      Broker broker, Agenda agenda, String name, Kind kind, int frames, boolean joined) {
    Stream stream = new Stream(broker, agenda, name, kind.spec(), BUFFERS, kind.producer());
    stream.attach(kind.consumer());
    stream.run(frames);
    if (joined) {
      agenda.in(Stream.PERIOD_MICROS * 3 / 2, () -> kind.late().ifPresent(stream::attach));
    }
    agenda.in((frames + 2) * Stream.PERIOD_MICROS, stream::close);
  }
}
