package dev.dmabroker.faults;

import static dev.dmabroker.faults.BufferFaults.close;
import static dev.dmabroker.faults.FaultWorld.DEADLINE;

import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What is tried with one stream while faults strike. */
public final class StreamFaults {
  private StreamFaults() {}

  private static final int MOST = 3;

  public static List<FaultCase> all() {
    return List.of(
        of("start a stream", (world, video) -> video.stream::start),
        of(
            "acquire and submit",
            (world, video) -> {
              video.begin(world);
              return () -> video.submit(video.stream.acquire());
            }),
        of(
            "acquire asynchronously",
            (world, video) -> {
              video.begin(world);
              return () -> {
                var future = video.stream.acquireAsync();
                try {
                  close(future.get());
                } catch (Error e) {
                  CompletableFuture<Void> unused = future.thenAccept(EmptyFrame::close);
                  throw e;
                }
              };
            }),
        of(
            "try to acquire",
            (world, video) -> {
              video.begin(world);
              return () -> video.stream.tryAcquire().ifPresent(BufferFaults::close);
            }),
        of(
            "acquire what makes the stream grow",
            (world, video) -> {
              video.begin(world);
              EmptyFrame first = video.stream.acquire();
              EmptyFrame second = video.stream.acquire();
              world.keep(first);
              world.keep(second);
              return () -> close(video.stream.acquire());
            }),
        of(
            "take and release",
            (world, video) -> {
              video.begin(world);
              Fixture.submit(video.stream, 5);
              return () -> close(video.consumers.get(0).take());
            }),
        of(
            "try to take",
            (world, video) -> {
              video.begin(world);
              Fixture.submit(video.stream, 5);
              return () -> video.consumers.get(0).tryTake().ifPresent(BufferFaults::close);
            }),
        of(
            "submit what a consumer waits for",
            (world, video) -> {
              video.begin(world);
              world.waits(() -> video.consumers.get(0).take());
              EmptyFrame frame = video.stream.acquire();
              return () -> {
                try {
                  video.submit(frame);
                } catch (Error e) {
                  Fixture.submit(video.stream, 6); // The consumer waits for one.
                  throw e;
                }
              };
            }),
        of(
            "submit within a CPU view",
            (world, video) -> {
              video.begin(world);
              EmptyFrame frame = video.stream.acquire();
              CpuView view = frame.mapping().cpuView();
              return () -> {
                try {
                  video.submit(frame);
                } finally {
                  close(view);
                }
              };
            }),
        of(
            "view and release",
            (world, video) -> {
              video.begin(world);
              Fixture.submit(video.stream, 5);
              Frame frame = video.consumers.get(0).take();
              return () -> {
                try {
                  CpuView unused = frame.mapping().cpuView();
                } finally {
                  close(frame);
                }
              };
            }),
        of(
            "release what the producer waits for",
            (world, video) -> {
              video.begin(world);
              List<Frame> taken = new ArrayList<>();
              for (int i = 0; i < MOST; i++) {
                Fixture.submit(video.stream, i);
                taken.add(video.consumers.get(0).take());
              }
              world.waits(() -> video.stream.acquire());
              return () -> {
                try {
                  close(taken.get(0));
                } finally {
                  try {
                    close(taken.get(1));
                  } finally {
                    close(taken.get(2));
                  }
                }
              };
            }),
        of(
            "add a consumer",
            (world, video) -> {
              video.begin(world);
              return () ->
                  video.consumers.add(video.stream.consumer(world.camera, Policy.EVERY_FRAME));
            }),
        of(
            "detach a consumer that has a frame queued",
            (world, video) -> {
              video.begin(world);
              Fixture.submit(video.stream, 5);
              StreamConsumer consumer = video.consumers.remove(0);
              return () -> close(consumer);
            }),
        of(
            "stop a stream",
            (world, video) -> {
              video.begin(world);
              Fixture.submit(video.stream, 5);
              close(video.consumers.get(0).take());
              return () -> video.stream.stop(DEADLINE);
            }),
        of(
            "stop a stream while the producer fills",
            (world, video) -> {
              video.begin(world);
              EmptyFrame frame = world.keep(video.stream.acquire());
              return () -> {
                try {
                  video.stream.stop(DEADLINE);
                } finally {
                  close(frame);
                }
              };
            }),
        of(
            "remove a buffer",
            (world, video) -> {
              video.begin(world);
              return () -> video.stream.remove(0);
            }),
        of(
            "close a stream",
            (world, video) -> {
              video.begin(world);
              Fixture.submit(video.stream, 5);
              return () -> {
                try {
                  close(video.stream);
                } finally { // A worker closes it if there was no stack for that.
                  Await.until("closed", DEADLINE, () -> video.stream.state() == State.CLOSED);
                }
              };
            }));
  }

  /** A stream, and what is known of it. */
  private static final class Video {
    private final BufferStream stream;
    private final List<StreamConsumer> consumers = new ArrayList<>();

    Video(FaultWorld world) {
      stream =
          world.broker.stream(
              StreamSpec.builder("video", BlobSpec.of(Fixture.SIZE), world.camera)
                  .quietTime(Duration.ofMillis(10)) // A refusal passes after that.
                  .minBuffers(2)
                  .maxBuffers(MOST)
                  .build());
    }

    /** Starts with one consumer. */
    void begin(FaultWorld world) {
      consumers.add(stream.consumer(world.viewer, Policy.EVERY_FRAME));
      stream.start();
    }

    void submit(EmptyFrame frame) {
      try {
        frame.submit();
      } catch (Error | BrokerException e) { // A CPU view may not have ended well.
        close(frame);
        throw e;
      }
    }

    /** Frames flow, through all buffers that there may be, and then the stream ends. */
    void check() throws Exception {
      if (stream.state() != State.CLOSED) {
        if (stream.state() == State.STOPPING) {
          stream.stop(DEADLINE);
        }
        checkConsumers();
        drain();
        if (stream.state() == State.STOPPED) {
          stream.start();
          drain();
        }
        checkFlow();
        stream.stop(DEADLINE);
      }
      close(stream);
    }

    private void checkConsumers() {
      Await.until(
          "the stream has " + consumers.size() + " consumers: " + stream.snapshot(),
          DEADLINE,
          () -> stream.snapshot().consumers().size() == consumers.size());
    }

    /** Takes what is queued still, and what is told still. */
    private void drain() {
      for (StreamConsumer consumer : consumers) {
        while (true) {
          try {
            var frame = consumer.tryTake();
            if (frame.isEmpty()) {
              break;
            }
            frame.get().close();
          } catch (dev.dmabroker.StreamStoppedException e) {
            break;
          }
        }
      }
      Await.until(
          "nothing is in flight: " + stream.snapshot(),
          DEADLINE,
          () -> stream.snapshot().inFlight() == 0);
    }

    private void checkFlow() {
      for (int round = 0; round < 2; round++) {
        List<EmptyFrame> frames = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
          frames.add(stream.acquire(DEADLINE));
        }
        for (EmptyFrame frame : frames) {
          Fixture.fill(frame.mapping(), round);
          frame.submit();
        }
        for (StreamConsumer consumer : consumers) {
          for (int i = 0; i < MOST; i++) {
            try (Frame frame = consumer.take(DEADLINE)) {
              if (Fixture.read(frame.mapping()) != round) {
                throw new AssertionError("contents are not those of round " + round);
              }
            }
          }
        }
      }
      if (stream.snapshot().inFlight() != 0) {
        throw new AssertionError("in flight: " + stream.snapshot());
      }
    }
  }

  private interface Operation {
    FaultWorld.Act begin(FaultWorld world, Video video) throws Exception;
  }

  private static FaultCase of(String name, Operation operation) {
    return FaultWorld.of(
        name,
        world -> {
          Video video = new Video(world);
          world.checkFirst(video::check);
          return operation.begin(world, video);
        });
  }
}
