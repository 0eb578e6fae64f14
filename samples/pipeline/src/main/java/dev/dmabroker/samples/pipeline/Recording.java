package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Access;
import dev.dmabroker.BlobSpec;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferSpec;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Constraints;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.samples.devices.Books;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A run: camera, converter, encoder and display in their threads with a stream of buffers between
 * each two, then the decoder over what the encoder has written. Used by one thread.
 */
final class Recording {
  private static final Duration FINISH = Duration.ofSeconds(60);

  private final Rig rig;
  private final Consumer<String> say;
  private final Comparison comparison = new Comparison();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean allConverted = new AtomicBoolean();
  private final AtomicLong captured = new AtomicLong();
  private final AtomicLong converted = new AtomicLong();
  private final AtomicLong encoded = new AtomicLong();
  private final AtomicLong displayed = new AtomicLong();

  /**
   * What came of it.
   *
   * @param captured frames from the camera
   * @param converted frames from the converter
   * @param encoded frames in the file
   * @param displayed frames given to the display; it may pass over some
   * @param decoded frames from the decoder
   * @param worstDecibels of the decoded frames against their sources
   * @param misplaced decoded frames that resemble another source more
   * @param mapped mappings that were left when all devices had stopped
   */
  record Outcome(
      long captured,
      long converted,
      long encoded,
      long displayed,
      int decoded,
      double worstDecibels,
      int misplaced,
      int mapped) {}

  Recording(Rig rig, Consumer<String> say) {
    this.rig = rig;
    this.say = say;
  }

  /**
   * Records, with the encoder off for the middle third, and decodes.
   *
   * @throws IllegalStateException if a stage fails
   */
  Outcome run(Broker broker, long frames, Path file) throws InterruptedException, IOException {
    record(broker, frames, file);
    decode(broker, file);
    return new Outcome(
        captured.get(),
        converted.get(),
        encoded.get(),
        displayed.get(),
        comparison.decodedCount(),
        comparison.worst(),
        comparison.misplaced(),
        Books.mappings(broker));
  }

  private void record(Broker broker, long frames, Path file)
      throws InterruptedException, IOException {
    Device camera = broker.register(writes("camera", Rig.Kind.CAMERA));
    Device converterIn = broker.register(reads("converter", Rig.Kind.TRANSFORM));
    Device converterOut = broker.register(writes("converter's result", Rig.Kind.TRANSFORM));
    Device encoderIn = broker.register(reads("encoder", Rig.Kind.TRANSFORM));
    Device encoderOut = broker.register(writes("encoder's result", Rig.Kind.TRANSFORM));
    Device display = broker.register(reads("display", Rig.Kind.DISPLAY));
    Device writer = broker.register(cpu("writer", Access.READ));
    Labels cameraLabels = new Labels();
    Labels pictureLabels = new Labels();
    Labels codedLabels = new Labels();
    try (BufferStream raw = broker.stream(spec("captured", rig.captured(), camera));
        BufferStream pictures = broker.stream(spec("converted", rig.converted(), converterOut));
        BufferStream coded =
            broker.stream(spec("coded", BlobSpec.of(rig.codedBytes()), encoderOut));
        FileChannel out =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      StreamConsumer toConvert = raw.consumer(converterIn, StreamConsumer.Policy.EVERY_FRAME);
      StreamConsumer toShow = pictures.consumer(display, StreamConsumer.Policy.LATEST);
      StreamConsumer toWrite = coded.consumer(writer, StreamConsumer.Policy.EVERY_FRAME);
      raw.start();
      pictures.start();
      coded.start();
      Stage writing =
          start(
              "writer",
              () ->
                  Stages.each(
                      toWrite,
                      codedLabels,
                      (frame, label) -> {
                        try (CpuView view = frame.mapping().cpuView()) {
                          writeAll(out, view.bytes(0, label.bytes()));
                        }
                      }));
      Stage showing =
          start(
              "display",
              () -> {
                try (var device = rig.display()) {
                  Inlet inlet =
                      new Inlet(
                          toShow,
                          pictureLabels,
                          device.device(),
                          (frame, label) -> displayed.incrementAndGet());
                  Stages.show(device.device(), inlet, allConverted::get);
                }
              });
      Stage converting =
          start(
              "converter",
              () -> {
                try (Transform device = rig.converter()) {
                  Inlet inlet =
                      new Inlet(toConvert, cameraLabels, device.source(), (frame, label) -> {});
                  Stages.transform(
                      device,
                      inlet,
                      result -> new Outlet(result, pictures, pictureLabels, converted),
                      () -> false);
                }
              });
      Encoder encoder = new Encoder(pictures, pictureLabels, encoderIn, coded, codedLabels);
      encoder.on();
      Stage capturing =
          start(
              "camera",
              () -> {
                try (var device = rig.camera()) {
                  Outlet outlet = new Outlet(device.device(), raw, cameraLabels, captured);
                  Stages.capture(
                      device.device(), outlet, () -> captured.get() >= frames || failed.get());
                }
              });
      awaitConverted(frames / 3);
      encoder.off();
      awaitConverted(2 * frames / 3);
      encoder.on();
      capturing.join();
      // One after the other, as each stage ends when what comes to it has ended.
      raw.stop(FINISH);
      converting.join();
      allConverted.set(true);
      showing.join();
      pictures.stop(FINISH);
      encoder.join();
      coded.stop(FINISH);
      writing.join();
      for (BufferStream stream : List.of(raw, pictures, coded)) {
        var state = stream.snapshot();
        say.accept(
            "%s: %d frames in %d buffers of %,d bytes together, of which %d were added under way"
                .formatted(
                    state.name(),
                    state.submitted(),
                    state.depth(),
                    state.sizeBytes(),
                    state.grown()));
      }
    }
  }

  private Stage start(String name, Stage.Work work) {
    return Stage.start(name, work, () -> failed.set(true));
  }

  private static void writeAll(FileChannel out, ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitConverted(long count) throws InterruptedException {
    while (converted.get() < count && !failed.get()) {
      Thread.sleep(1);
    }
  }

  /** The encoder, which is opened when it is switched on and closed when it is switched off. */
  private final class Encoder {
    private final BufferStream pictures;
    private final Labels pictureLabels;
    private final Device reads;
    private final BufferStream coded;
    private final Labels codedLabels;
    private AtomicBoolean off = new AtomicBoolean();
    private Stage stage = start("no encoder", () -> {});

    Encoder(
        BufferStream pictures,
        Labels pictureLabels,
        Device reads,
        BufferStream coded,
        Labels codedLabels) {
      this.pictures = pictures;
      this.pictureLabels = pictureLabels;
      this.reads = reads;
      this.coded = coded;
      this.codedLabels = codedLabels;
    }

    void on() {
      long before = encoded.get();
      AtomicBoolean end = new AtomicBoolean();
      off = end;
      StreamConsumer consumer = pictures.consumer(reads, StreamConsumer.Policy.EVERY_FRAME);
      say.accept("encoder on, after %d of the converter's frames".formatted(converted.get()));
      stage =
          start(
              "encoder",
              () -> {
                try (consumer;
                    Transform device = rig.encoder()) {
                  Inlet inlet =
                      new Inlet(
                          consumer,
                          pictureLabels,
                          device.source(),
                          (frame, label) -> {
                            try (CpuView view = frame.mapping().cpuView()) {
                              comparison.source(view.bytes(0, label.bytes()));
                            }
                          });
                  Stages.transform(
                      device,
                      inlet,
                      result -> new Outlet(result, coded, codedLabels, encoded),
                      end::get);
                }
                say.accept("encoder off, after %d frames".formatted(encoded.get() - before));
              });
    }

    void off() throws InterruptedException {
      off.set(true);
      stage.join();
    }

    void join() throws InterruptedException {
      stage.join();
    }
  }

  private void decode(Broker broker, Path file) throws InterruptedException, IOException {
    List<ByteBuffer> frames = CodedFrames.read(file);
    say.accept("%d coded frames in the file, to be decoded".formatted(frames.size()));
    Device reader = broker.register(cpu("file reader", Access.READ_WRITE));
    Device decoderIn = broker.register(reads("decoder", Rig.Kind.TRANSFORM));
    Device decoderOut = broker.register(writes("decoder's result", Rig.Kind.TRANSFORM));
    Device checker = broker.register(cpu("checker", Access.READ));
    Labels codedLabels = new Labels();
    Labels pictureLabels = new Labels();
    try (BufferStream coded = broker.stream(spec("read", BlobSpec.of(rig.codedBytes()), reader));
        BufferStream pictures = broker.stream(spec("decoded", rig.converted(), decoderOut))) {
      StreamConsumer toDecode = coded.consumer(decoderIn, StreamConsumer.Policy.EVERY_FRAME);
      StreamConsumer toCheck = pictures.consumer(checker, StreamConsumer.Policy.EVERY_FRAME);
      coded.start();
      pictures.start();
      Stage checking =
          start(
              "checker",
              () ->
                  Stages.each(
                      toCheck,
                      pictureLabels,
                      (frame, label) -> {
                        try (CpuView view = frame.mapping().cpuView()) {
                          comparison.decoded(view.bytes(0, label.bytes()));
                        }
                      }));
      Stage decoding =
          start(
              "decoder",
              () -> {
                try (Transform device = rig.decoder()) {
                  Inlet inlet =
                      new Inlet(toDecode, codedLabels, device.source(), (frame, label) -> {});
                  Stages.transform(
                      device,
                      inlet,
                      result -> new Outlet(result, pictures, pictureLabels, new AtomicLong()),
                      () -> false);
                }
              });
      for (int i = 0; i < frames.size() && !failed.get(); i++) {
        try (EmptyFrame frame = coded.acquire(FINISH)) {
          try (CpuView view = frame.mapping().cpuView()) {
            view.bytes().put(frames.get(i).duplicate());
          }
          codedLabels.submit(frame, new Label(i, frames.get(i).remaining()));
        }
      }
      coded.stop(FINISH);
      decoding.join();
      pictures.stop(FINISH);
      checking.join();
    }
  }

  private StreamSpec spec(String name, BufferSpec buffer, Device producer) {
    return StreamSpec.of(name, buffer, producer).minBuffers(4).maxBuffers(12);
  }

  private DeviceSpec reads(String name, Rig.Kind kind) {
    return DeviceSpec.named(name).constraints(rig.reach(kind)).access(Access.READ);
  }

  private DeviceSpec writes(String name, Rig.Kind kind) {
    return DeviceSpec.named(name).constraints(rig.reach(kind)).access(Access.READ_WRITE);
  }

  private static DeviceSpec cpu(String name, Access access) {
    return DeviceSpec.named(name)
        .constraints(Constraints.builder().cpuReach().build())
        .access(access);
  }
}
