package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What was recorded goes through the decoder, and each frame is compared with its source. */
final class Decoding {
  private static final Duration FINISH = Duration.ofSeconds(60);

  private final Rig rig;
  private final Broker broker;
  private final Comparison comparison;

  Decoding(Rig rig, Broker broker, Comparison comparison) {
    this.rig = rig;
    this.broker = broker;
    this.comparison = comparison;
  }

  /**
   * Decodes these frames.
   *
   * @throws IllegalStateException if a stage fails; the others have ended then, too
   */
  void run(List<ByteBuffer> frames) throws InterruptedException {
    Device reader = broker.register(Rig.cpu("file reader", Access.READ_WRITE));
    Device decodes = broker.register(rig.reads("decoder", Rig.Kind.TRANSFORM));
    Device decoder = broker.register(rig.fills("decoder's result", Rig.Kind.TRANSFORM));
    Device checker = broker.register(Rig.cpu("checker", Access.READ));
    try (Link coded = new Link(broker, "read", BlobSpec.of(rig.codedBytes()), reader);
        Link pictures = new Link(broker, "decoded", rig.converted(), decoder);
        Crew crew = new Crew()) {
      StreamConsumer toDecode = coded.stream().consumer(decodes, Policy.EVERY_FRAME);
      StreamConsumer toCheck = pictures.stream().consumer(checker, Policy.EVERY_FRAME);
      coded.stream().start();
      pictures.stream().start();
      var checking =
          crew.start(
              "checker",
              () -> {
                try (toCheck) {
                  Stages.each(pictures, toCheck, comparison::decoded);
                }
              });
      var decoding = crew.start("decoder", () -> decode(coded, toDecode, pictures));
      for (int i = 0; i < frames.size(); i++) {
        crew.check();
        read(coded, i, frames.get(i));
      }
      coded.stream().stop(FINISH);
      crew.join(decoding);
      pictures.stream().stop(FINISH);
      crew.join(checking);
    }
  }

  private static void read(Link coded, int number, ByteBuffer bytes) {
    try (EmptyFrame frame = coded.stream().acquire(FINISH)) {
      try (CpuView view = frame.mapping().cpuView()) {
        view.bytes().put(bytes.duplicate());
      }
      coded.submit(frame, new Label(number, bytes.remaining()));
    }
  }

  private void decode(Link coded, StreamConsumer from, Link pictures) throws InterruptedException {
    try (from;
        Transform decoder = rig.decoder()) {
      Inlet inlet = new Inlet(coded, from, decoder.source(), (frame, label) -> {});
      Stages.transform(
          decoder, inlet, result -> new Outlet(result, pictures, new AtomicLong()), () -> false);
    }
  }
}
