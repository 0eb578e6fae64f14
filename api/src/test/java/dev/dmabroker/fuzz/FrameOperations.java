package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.CONSUMERS;
import static dev.dmabroker.fuzz.Things.FENCES;
import static dev.dmabroker.fuzz.Things.FILLING;
import static dev.dmabroker.fuzz.Things.FUTURES;
import static dev.dmabroker.fuzz.Things.MAPPINGS;
import static dev.dmabroker.fuzz.Things.STREAMS;
import static dev.dmabroker.fuzz.Things.TAKEN;

import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.fuzz.Things.Asked;
import dev.dmabroker.fuzz.Things.Consumer;
import dev.dmabroker.fuzz.Things.Filling;
import dev.dmabroker.fuzz.Things.Mapped;
import dev.dmabroker.fuzz.Things.Stream;
import dev.dmabroker.fuzz.Things.Taken;
import dev.dmabroker.fuzz.Things.View;
import dev.dmabroker.spec.SyncFile;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** What a walk does with the frames of streams. */
final class FrameOperations {
  static final List<Operation> ALL =
      List.of(
          new Operation("BufferStream.acquire()", 25, FrameOperations::acquire),
          new Operation("BufferStream.acquire(Duration)", 30, FrameOperations::acquireWithin),
          new Operation("BufferStream.tryAcquire()", 30, FrameOperations::tryAcquire),
          new Operation("BufferStream.acquireAsync()", 15, FrameOperations::acquireAsync),
          new Operation(
              "BufferStream.acquireAsync(Duration)", 10, FrameOperations::acquireAsyncWithin),
          new Operation("EmptyFrame.mapping()", 8, FrameOperations::emptyMapping),
          new Operation("EmptyFrame.submit()", 60, FrameOperations::submit),
          new Operation("EmptyFrame.submitAfter(SyncFile)", 20, FrameOperations::submitAfter),
          new Operation("EmptyFrame.close()", 8, FrameOperations::closeEmpty),
          new Operation("getters of EmptyFrame", 3, Things.getters(FILLING, Filling::frame)),
          new Operation("StreamConsumer.take()", 15, FrameOperations::take),
          new Operation("StreamConsumer.take(Duration)", 25, FrameOperations::takeWithin),
          new Operation("StreamConsumer.tryTake()", 40, FrameOperations::tryTake),
          new Operation("StreamConsumer.takeAsync()", 15, FrameOperations::takeAsync),
          new Operation("StreamConsumer.takeAsync(Duration)", 10, FrameOperations::takeAsyncWithin),
          new Operation("Frame.mapping()", 20, FrameOperations::mapping),
          new Operation("Frame.closeAfter(SyncFile)", 15, FrameOperations::closeAfter),
          new Operation("Frame.close()", 40, FrameOperations::close),
          new Operation("getters of Frame", 5, Things.getters(TAKEN, Taken::frame)));

  private FrameOperations() {}

  // ---- The producer ----

  private static Filling filling(EmptyFrame frame, Stream stream) {
    return new Filling(frame, stream, new Semaphore(1));
  }

  private static Operation.Action acquire(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    Ref<Filling> to = draw.slot(FILLING);
    return world -> {
      Stream of = world.get(stream);
      world.put(to, filling(of.stream().acquire(), of));
    };
  }

  private static Operation.Action acquireWithin(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    Duration timeout = draw.timeout();
    Ref<Filling> to = draw.slot(FILLING);
    return world -> {
      Stream of = world.get(stream);
      world.put(to, filling(of.stream().acquire(timeout), of));
    };
  }

  private static Operation.Action tryAcquire(Draw draw) {
    Ref<Stream> stream = draw.slot(STREAMS);
    Ref<Filling> to = draw.slot(FILLING);
    return world -> {
      Stream of = world.get(stream);
      of.stream().tryAcquire().ifPresent(frame -> world.put(to, filling(frame, of)));
    };
  }

  private static Operation.Action acquireAsync(Draw draw) {
    return acquireAsync(draw, "BufferStream.acquireAsync()", BufferStream::acquireAsync);
  }

  private static Operation.Action acquireAsyncWithin(Draw draw) {
    Duration timeout = draw.timeout();
    return acquireAsync(
        draw, "BufferStream.acquireAsync(Duration)", acquiring -> acquiring.acquireAsync(timeout));
  }

  private static Operation.Action acquireAsync(
      Draw draw, String name, Function<BufferStream, CompletableFuture<EmptyFrame>> call) {
    Ref<Stream> stream = draw.slot(STREAMS);
    boolean chained = draw.flag("chained", 500);
    Ref<Asked<?>> future = draw.slot(FUTURES);
    Ref<Filling> to = draw.slot(FILLING);
    return world -> {
      Stream of = world.get(stream);
      CompletableFuture<EmptyFrame> asked = world.follow(name, call.apply(of.stream()));
      if (chained) {
        CompletableFuture<?> unused =
            asked.thenAccept(
                frame -> world.oracles.guarded(() -> world.put(to, filling(frame, of))));
      }
      world.put(future, new Asked<>(asked, frame -> world.end("EmptyFrame.close()", frame)));
    };
  }

  private static Mapped mapped(MappedMemory memory, Stream stream, Semaphore turn) {
    return new Mapped(memory, null, stream.contents(), 0, turn);
  }

  private static Operation.Action emptyMapping(Draw draw) {
    Ref<Filling> frame = draw.slot(FILLING);
    Ref<Mapped> to = draw.slot(MAPPINGS);
    return world -> {
      Filling of = world.get(frame);
      world.put(to, mapped(of.frame().mapping(), of.stream(), of.turn()));
    };
  }

  private static void fill(World world, Filling filling) throws Exception {
    MappedMemory memory = world.call("EmptyFrame.mapping()", () -> filling.frame().mapping());
    CpuView view = world.call("MappedMemory.cpuView()", memory::cpuView);
    try {
      Object unused =
          world.call(
              "CpuView.bytes()",
              () -> {
                MappingOperations.checkAndWrite(
                    world, new View(view, mapped(memory, filling.stream(), filling.turn())));
                return filling;
              });
    } finally {
      world.end("CpuView.close()", view);
    }
  }

  private static Operation.Action submit(Draw draw) {
    Draw.Closing<Filling> frame = draw.closing(FILLING);
    boolean fills = draw.flag("filled", 800);
    return world -> {
      Filling of = world.get(frame.slot());
      Things.inTurn(
          of.turn(),
          unused -> {
            if (fills) {
              fill(world, of);
            }
            of.frame().submit();
          },
          world);
      frame.closed(world, of);
    };
  }

  private static Operation.Action submitAfter(Draw draw) {
    Draw.Closing<Filling> frame = draw.closing(FILLING);
    Ref<SyncFile> fence = draw.slot(FENCES);
    boolean isNull = draw.of(List.of(true)) == null;
    return world -> {
      Filling of = world.get(frame.slot());
      SyncFile made = isNull ? Draw.nothing() : world.extensions.fences().make();
      Things.inTurn(of.turn(), unused -> of.frame().submitAfter(made), world);
      world.put(fence, made);
      frame.closed(world, of);
    };
  }

  private static Operation.Action closeEmpty(Draw draw) {
    Draw.Closing<Filling> frame = draw.closing(FILLING);
    return world -> {
      Filling of = world.get(frame.slot());
      Things.inTurn(of.turn(), unused -> of.frame().close(), world);
      frame.closed(world, of);
    };
  }

  // ---- The consumers ----

  private static Taken taken(Frame frame, Consumer consumer) {
    return new Taken(frame, consumer.stream(), new Semaphore(1));
  }

  private static Operation.Action take(Draw draw) {
    Ref<Consumer> consumer = draw.slot(CONSUMERS);
    Ref<Taken> to = draw.slot(TAKEN);
    return world -> {
      Consumer by = world.get(consumer);
      world.put(to, taken(by.consumer().take(), by));
    };
  }

  private static Operation.Action takeWithin(Draw draw) {
    Ref<Consumer> consumer = draw.slot(CONSUMERS);
    Duration timeout = draw.timeout();
    Ref<Taken> to = draw.slot(TAKEN);
    return world -> {
      Consumer by = world.get(consumer);
      world.put(to, taken(by.consumer().take(timeout), by));
    };
  }

  private static Operation.Action tryTake(Draw draw) {
    Ref<Consumer> consumer = draw.slot(CONSUMERS);
    Ref<Taken> to = draw.slot(TAKEN);
    return world -> {
      Consumer by = world.get(consumer);
      by.consumer().tryTake().ifPresent(frame -> world.put(to, taken(frame, by)));
    };
  }

  private static Operation.Action takeAsync(Draw draw) {
    return takeAsync(draw, "StreamConsumer.takeAsync()", StreamConsumer::takeAsync);
  }

  private static Operation.Action takeAsyncWithin(Draw draw) {
    Duration timeout = draw.timeout();
    return takeAsync(
        draw, "StreamConsumer.takeAsync(Duration)", taking -> taking.takeAsync(timeout));
  }

  private static Operation.Action takeAsync(
      Draw draw, String name, Function<StreamConsumer, CompletableFuture<Frame>> call) {
    Ref<Consumer> consumer = draw.slot(CONSUMERS);
    boolean chained = draw.flag("chained", 500);
    Ref<Asked<?>> future = draw.slot(FUTURES);
    Ref<Taken> to = draw.slot(TAKEN);
    return world -> {
      Consumer by = world.get(consumer);
      CompletableFuture<Frame> asked = world.follow(name, call.apply(by.consumer()));
      if (chained) {
        CompletableFuture<?> unused =
            asked.thenAccept(frame -> world.oracles.guarded(() -> world.put(to, taken(frame, by))));
      }
      world.put(future, new Asked<>(asked, frame -> world.end("Frame.close()", frame)));
    };
  }

  private static Operation.Action mapping(Draw draw) {
    Ref<Taken> frame = draw.slot(TAKEN);
    Ref<Mapped> to = draw.slot(MAPPINGS);
    return world -> {
      Taken of = world.get(frame);
      world.put(to, mapped(of.frame().mapping(), of.stream(), of.turn()));
    };
  }

  /** Looks into a frame that nothing else uses. */
  static void look(World world, Frame frame, Stream stream) {
    MappedMemory memory = world.call("Frame.mapping()", frame::mapping);
    CpuView view = world.call("MappedMemory.cpuView()", memory::cpuView);
    try {
      Object unused =
          world.call(
              "CpuView.bytes()",
              () -> {
                MappingOperations.checkAndWrite(
                    world, new View(view, mapped(memory, stream, new Semaphore(1))));
                return frame;
              });
    } catch (Finding e) {
      world.oracles.findings().add("Flow.Subscriber.onNext", e);
    } finally {
      world.end("CpuView.close()", view);
    }
  }

  private static Operation.Action closeAfter(Draw draw) {
    Draw.Closing<Taken> frame = draw.closing(TAKEN);
    Ref<SyncFile> fence = draw.slot(FENCES);
    boolean isNull = draw.of(List.of(true)) == null;
    return world -> {
      Taken of = world.get(frame.slot());
      SyncFile made = isNull ? Draw.nothing() : world.extensions.fences().make();
      Things.inTurn(of.turn(), unused -> of.frame().closeAfter(made), world);
      world.put(fence, made);
      frame.closed(world, of);
    };
  }

  private static Operation.Action close(Draw draw) {
    Draw.Closing<Taken> frame = draw.closing(TAKEN);
    return world -> {
      Taken of = world.get(frame.slot());
      Things.inTurn(of.turn(), unused -> of.frame().close(), world);
      frame.closed(world, of);
    };
  }
}
