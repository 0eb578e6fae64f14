package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.BufferStream.State;
import dev.dmabroker.BusyException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.SnapshotInvariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Everybody at once: producers, consumers of both policies, some of which come and go, a stricter
 * one that makes buffers move, stops and starts, and buffers taken out.
 */
class StreamStressTest extends Fixture {
  private static final int ROUNDS = 400;
  private static final Duration BRIEF = Duration.ofMillis(20);

  private final Device camera = broker.register("camera", Constraints.none());
  private final Device viewer = broker.register("viewer", Constraints.none());
  private final Device display = broker.register("display", CONTIGUOUS);
  private final Device stranger =
      broker.register(DeviceSpec.builder("stranger").group("others").build());
  private final BufferStream stream =
      broker.stream(
          StreamSpec.builder("video", BlobSpec.of(SIZE), camera)
              .maxBuffers(6)
              .quietTime(Duration.ofMillis(5))
              .build());
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong seen = new AtomicLong();

  @Test
  void framesStayWholeAndNothingIsLeft() throws Exception {
    stream.start();
    List<Running<Object>> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      long seed = i;
      all.add(start(() -> repeat(seed, this::produce)));
    }
    all.add(start(() -> consume(viewer, Policy.EVERY_FRAME, Integer.MAX_VALUE)));
    all.add(start(() -> consume(viewer, Policy.LATEST, Integer.MAX_VALUE)));
    for (Device device : List.of(viewer, display, stranger)) {
      all.add(start(() -> comeAndGo(device)));
    }
    all.add(start(() -> repeat(7, this::produceAsync)));
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < ROUNDS; i++) {
      long until = seen.get() + 3;
      if (i % 8 == 0) {
        try {
          stream.stop(Duration.ofNanos(random.nextInt(1_000_000)));
        } catch (OutstandingMappingsException e) {
          // They come back.
        }
        stream.start();
      } else if (i % 8 == 4) {
        boolean unused = stream.remove(random.nextInt(6));
      }
      try {
        Await.until("it goes on", () -> seen.get() >= until);
      } catch (AssertionError e) {
        throw new AssertionError(describe(all), e);
      }
      SnapshotInvariants.check(broker.snapshot());
    }
    over.set(true);
    stream.stop(Duration.ofSeconds(30));
    for (Running<Object> each : all) {
      each.result();
    }
    Await.until("all are free", () -> stream.snapshot().free() == stream.snapshot().depth());
    broker.snapshot().buffers().forEach(buffer -> assertEquals(List.of(), buffer.holders()));
    assertEquals(0, stream.snapshot().waiting());
    stream.close();
    checkClosed(stream);
    Await.until("all is given back", () -> system.live() == 0 && cma.live() == 0);
    Await.until("gone", () -> broker.snapshot().buffers().isEmpty());
    assertEquals(State.CLOSED, stream.state());
  }

  /** Checks what a closed stream tells of itself. */
  void checkClosed(BufferStream closed) {
    SnapshotInvariants.check(closed.snapshot());
  }

  /** What every thread is at, for the log of a failure. */
  private String describe(List<Running<Object>> all) {
    StringBuilder text = new StringBuilder("round of ").append(stream.snapshot());
    all.forEach(each -> text.append('\n').append(each.describe()));
    broker.snapshot().buffers().forEach(buffer -> text.append('\n').append(buffer));
    return text.toString();
  }

  /** Does it again and again; being stopped, starved and late is part of the game. */
  private Object repeat(long seed, Step step) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    while (!over.get()) {
      try {
        step.run(random);
      } catch (StreamStoppedException | WaitTimeoutException | BusyException e) {
        // Once more.
      }
    }
    return "done";
  }

  private interface Step {
    void run(SplittableRandom random) throws Exception;
  }

  private void produce(SplittableRandom random) {
    fillAndSubmit(stream.acquire(BRIEF), random);
  }

  private void produceAsync(SplittableRandom random) throws Exception {
    var future = stream.acquireAsync();
    if (random.nextInt(3) == 0 && future.cancel(false)) {
      return; // Otherwise the frame has come, and it has to be closed.
    }
    try {
      fillAndSubmit(future.get(30, TimeUnit.SECONDS), random);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BrokerException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private static void fillAndSubmit(EmptyFrame frame, SplittableRandom random) {
    try (frame) {
      if (random.nextInt(10) == 0) {
        return; // Not submitted.
      }
      try {
        fill(frame.mapping(), random.nextLong());
      } catch (ClosedException e) {
        return; // Stopped under our hands.
      }
      frame.submit();
    }
  }

  private Object comeAndGo(Device device) throws Exception {
    while (!over.get()) {
      Object unused = consume(device, Policy.EVERY_FRAME, 5);
    }
    return "done";
  }

  private Object consume(Device device, Policy policy, int frames) throws Exception {
    try (StreamConsumer consumer = stream.consumer(device, policy)) {
      for (int i = 0; i < frames && !over.get(); i++) {
        try (Frame frame = consumer.take(BRIEF)) {
          check(frame);
        } catch (StreamStoppedException | WaitTimeoutException e) {
          // Once more.
        }
      }
    }
    return "done";
  }

  private void check(Frame frame) {
    try (CpuView view = frame.mapping().cpuView()) {
      long value = view.bytes().getLong(0);
      for (int i = 0; i + 8 <= SIZE; i += 8) {
        if (view.bytes().getLong(i) != value + i) {
          throw new AssertionError(frame + " is torn at " + i);
        }
      }
    }
    seen.incrementAndGet();
  }
}
