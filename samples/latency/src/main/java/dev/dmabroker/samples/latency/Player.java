package dev.dmabroker.samples.latency;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Plays a schedule with a pool of some size. */
final class Player {
  /** How long a buffer lies idle before the dynamic stream gives it back. */
  private static final Duration QUIET = Duration.ofMillis(300);

  private final Broker broker;
  private final ImageSpec image;
  private final Schedule schedule;
  private final long frameNanos;

  Player(Broker broker, ImageSpec image, Schedule schedule, int framesPerSecond) {
    this.broker = broker;
    this.image = image;
    this.schedule = schedule;
    this.frameNanos = TimeUnit.SECONDS.toNanos(1) / framesPerSecond;
  }

  Run play(Pool pool) throws InterruptedException {
    try (Device decoder =
            broker.register(
                DeviceSpec.builder("decoder")
                    .constraints(Constraints.builder().cpuOnly().build())
                    .access(Access.READ_WRITE)
                    .build());
        Device display =
            broker.register(
                DeviceSpec.builder("display")
                    .constraints(Constraints.builder().cpuOnly().build())
                    .access(Access.READ)
                    .build());
        BufferStream stream =
            broker.stream(
                StreamSpec.builder("video", image, decoder)
                    .minBuffers(pool.fewest())
                    .maxBuffers(pool.most())
                    .quietTime(QUIET)
                    .build())) {
      StreamConsumer consumer = stream.consumer(display, StreamConsumer.Policy.EVERY_FRAME);
      stream.start();
      Thread downstream = new Thread(new Downstream(consumer, schedule, frameNanos), "downstream");
      downstream.start();
      List<Long> bytes = new ArrayList<>();
      List<Integer> stutters = decode(stream, bytes);
      StreamState end = stream.snapshot();
      stream.stop(Duration.ofSeconds(5));
      downstream.join();
      return new Run(pool.name(), bytes, stutters, end.grown(), end.shrunk());
    }
  }

  /** One frame a tick; one for which there is no buffer until the next tick is lost. */
  private List<Integer> decode(BufferStream stream, List<Long> bytes) {
    List<Integer> stutters = new ArrayList<>();
    long start = System.nanoTime();
    for (int frame = 0; frame < schedule.frames(); frame++) {
      long due = start + frame * frameNanos;
      for (long left; (left = due - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left);
      }
      // A thread that the machine wakes late has its time all the same: what counts is the pool.
      long rest = Math.max(due + frameNanos - System.nanoTime(), frameNanos / 2);
      try (EmptyFrame empty = stream.acquire(Duration.ofNanos(rest))) {
        try (CpuView pixels = empty.mapping().cpuView()) {
          pixels.bytes().putInt(0, frame);
        }
        empty.submit();
      } catch (WaitTimeoutException e) {
        stutters.add(frame);
      }
      bytes.add(stream.snapshot().sizeBytes());
    }
    return stutters;
  }
}
