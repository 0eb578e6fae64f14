package dev.dmabroker.samples.pipeline;

import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Camera, converter, encoder and display in their threads, with a stream of buffers between each
 * two. Used by one thread, once.
 */
final class Recording {
  private static final Duration FINISH = Duration.ofSeconds(60);

  private final Rig rig;
  private final Broker broker;
  private final Comparison comparison;
  private final Consumer<String> say;
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
   * @param dmaBufs how many the kernel listed when all had been recorded
   */
  record Outcome(long captured, long converted, long encoded, long displayed, long dmaBufs) {}

  /**
   * Of these devices.
   *
   * @param comparison gets a copy of each frame that is encoded
   */
  Recording(Rig rig, Broker broker, Comparison comparison, Consumer<String> say) {
    this.rig = rig;
    this.broker = broker;
    this.comparison = comparison;
    this.say = say;
  }

  /**
   * Records, with the encoder off for the middle third.
   *
   * @throws IllegalStateException if a stage fails; the others have ended then, too
   */
  Outcome run(long frames, Path file) throws InterruptedException, IOException {
    Device camera = broker.register(rig.fills("camera", Rig.Kind.CAMERA));
    Device converts = broker.register(rig.reads("converter", Rig.Kind.TRANSFORM));
    Device converter = broker.register(rig.fills("converter's result", Rig.Kind.TRANSFORM));
    Device encodes = broker.register(rig.reads("encoder", Rig.Kind.TRANSFORM));
    Device encoder = broker.register(rig.fills("encoder's result", Rig.Kind.TRANSFORM));
    Device display = broker.register(rig.reads("display", Rig.Kind.DISPLAY));
    Device writer = broker.register(Rig.cpu("writer", Access.READ));
    try (Link raw = new Link(broker, "captured", rig.captured(), camera);
        Link pictures = new Link(broker, "converted", rig.converted(), converter);
        Link coded = new Link(broker, "coded", BlobSpec.of(rig.codedBytes()), encoder);
        FileChannel out = open(file);
        Crew crew = new Crew()) {
      StreamConsumer toConvert = raw.stream().consumer(converts, Policy.EVERY_FRAME);
      StreamConsumer toShow = pictures.stream().consumer(display, Policy.LATEST);
      StreamConsumer toWrite = coded.stream().consumer(writer, Policy.EVERY_FRAME);
      List<Link> links = List.of(raw, pictures, coded);
      links.forEach(each -> each.stream().start());
      var writing = crew.start("writer", () -> write(coded, toWrite, out));
      var showing = crew.start("display", () -> show(pictures, toShow));
      var converting = crew.start("converter", () -> convert(raw, toConvert, pictures));
      AtomicBoolean off = new AtomicBoolean();
      StreamConsumer first = attachEncoder(pictures, encodes);
      var firstThird = crew.start("encoder", () -> encode(pictures, first, coded, off::get));
      var capturing = crew.start("camera", () -> capture(raw, frames));
      awaitConverted(crew, frames / 3);
      off.set(true);
      crew.join(firstThird);
      awaitConverted(crew, 2 * frames / 3);
      StreamConsumer last = attachEncoder(pictures, encodes);
      var lastThird = crew.start("encoder", () -> encode(pictures, last, coded, () -> false));
      // From here each stage ends when what comes to it has ended.
      crew.join(capturing);
      raw.stream().stop(FINISH);
      crew.join(converting);
      allConverted.set(true);
      crew.join(showing);
      pictures.stream().stop(FINISH);
      crew.join(lastThird);
      coded.stream().stop(FINISH);
      crew.join(writing);
      links.forEach(this::report);
      return new Outcome(
          captured.get(), converted.get(), encoded.get(), displayed.get(), Books.open().dmaBufs());
    }
  }

  private void awaitConverted(Crew crew, long count) throws InterruptedException {
    while (converted.get() < count) {
      crew.check();
      Thread.sleep(1);
    }
  }

  private void capture(Link raw, long frames) throws InterruptedException {
    try (var camera = rig.camera()) {
      Outlet outlet = new Outlet(camera.device(), raw, captured);
      Stages.capture(camera.device(), outlet, () -> captured.get() >= frames);
    }
  }

  private void convert(Link raw, StreamConsumer from, Link pictures) throws InterruptedException {
    try (from;
        Transform converter = rig.converter()) {
      Inlet inlet = new Inlet(raw, from, converter.source(), (frame, label) -> {});
      Stages.transform(
          converter, inlet, result -> new Outlet(result, pictures, converted), () -> false);
    }
  }

  private StreamConsumer attachEncoder(Link pictures, Device encodes) {
    StreamConsumer consumer = pictures.stream().consumer(encodes, Policy.EVERY_FRAME);
    say.accept("encoder on, after %d of the converter's frames".formatted(converted.get()));
    return consumer;
  }

  private void encode(Link pictures, StreamConsumer from, Link coded, BooleanSupplier off)
      throws InterruptedException {
    long before = encoded.get();
    try (from;
        Transform encoder = rig.encoder()) {
      Inlet inlet =
          new Inlet(
              pictures,
              from,
              encoder.source(),
              (frame, label) -> {
                try (CpuView view = frame.mapping().cpuView()) {
                  comparison.source(view.bytes(0, label.bytes()));
                }
              });
      Stages.transform(encoder, inlet, result -> new Outlet(result, coded, encoded), off);
    }
    say.accept("encoder off, after %d frames".formatted(encoded.get() - before));
  }

  private void show(Link pictures, StreamConsumer from) throws InterruptedException {
    try (from;
        var display = rig.display()) {
      Inlet inlet =
          new Inlet(
              pictures, from, display.device(), (frame, label) -> displayed.incrementAndGet());
      Stages.show(display.device(), inlet, allConverted::get);
    }
  }

  private static void write(Link coded, StreamConsumer from, FileChannel out) throws IOException {
    try (from) {
      Stages.each(
          coded,
          from,
          bytes -> {
            while (bytes.hasRemaining()) {
              out.write(bytes);
            }
          });
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  private void report(Link link) {
    StreamState state = link.stream().snapshot();
    String heaps =
        broker.snapshot().buffers().stream()
            .filter(buffer -> buffer.name().startsWith(state.name() + "-"))
            .flatMap(buffer -> buffer.heap().stream())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    say.accept(
        "%s: %d frames in %d buffers of %,d bytes together in %s, of which %d were added under way"
            .formatted(
                state.name(),
                state.submitted(),
                state.depth(),
                state.sizeBytes(),
                heaps,
                state.grown()));
  }
}
