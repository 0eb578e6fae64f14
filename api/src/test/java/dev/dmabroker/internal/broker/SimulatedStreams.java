package dev.dmabroker.internal.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.WaitInterruptedException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.FrameDropped;
import dev.dmabroker.internal.runtime.WorldThread;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.simulated.Trial;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.SnapshotInvariants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * Pipelines in a simulated world: streams of 24 to 60 frames a second, in bursts with rests of up
 * to eight hours between them, running or stopped, as cameras of a service have overnight;
 * consumers that take each frame or the latest, others that join late and ask for other memory,
 * stops and starts, and faults in all that the broker calls. Frames have to be whole, in order, and
 * complete where that was promised; of each frame that a consumer misses, listeners are told.
 */
public final class SimulatedStreams implements Trial {
  /** The times from frame to frame. */
  private static final List<Duration> PERIODS =
      List.of(
          Duration.ofNanos(16_666_667), Duration.ofNanos(33_333_333), Duration.ofNanos(41_666_667));

  /** For how long a stream that was stopped pauses at most before it is started again. */
  private static final int LONGEST_PAUSE_MILLIS = 10_000;

  /** A long rest lasts two to the power of less than this minutes, and up to twice that. */
  private static final int REST_DOUBLINGS = 9;

  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final int MOMENTS = 120_000;
  private static final int SIZE = SoakActions.SIZE;
  private static final int STRIDE = 256;

  @Override
  public String run(long seed) throws Exception {
    Simulation world = Simulation.of(seed, Simulation.Pace.CALM);
    StringBuilder report = new StringBuilder();
    world.run(() -> report.append(new Run(world, seed).play()));
    return report + " steps=" + world.steps() + " digest=" + Long.toHexString(world.digest());
  }

  /** One run, in the simulation's first thread. */
  private static final class Run {
    private final Simulation world;
    private final Random random;
    private final SoakBroker soak;
    private final Broker broker;
    private final List<Pipeline> pipelines = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final List<WorldThread> threads = new ArrayList<>();
    private final Duration period;
    private final int frames;

    /** The drops that listeners were told of. */
    private final Set<Drop> told = new HashSet<>();

    /** The frames that consumers did not get between two that they got. */
    private final List<Missed> missed = new ArrayList<>();

    /** A frame that a device did not get. */
    private record Drop(String stream, String device, long number) {}

    /** A frame that a consumer did not get: it was dropped for it, or for all. */
    private record Missed(Drop forIt, Drop forAll) {}

    Run(Simulation world, long seed) {
      this.world = world;
      this.random = new Random(seed * 0x9e3779b97f4a7c15L);
      this.soak = new SoakBroker(seed, 2 + random.nextInt(8));
      this.broker = soak.build(LeakTracking.NEVER);
      this.period = PERIODS.get(random.nextInt(PERIODS.size()));
      this.frames = 200 + random.nextInt(800);
      Subscription unused =
          broker.listen(
              new BrokerListener() {
                @Override
                public void frameDropped(FrameDropped event) {
                  told.add(new Drop(event.stream(), event.consumer(), event.sequence()));
                }
              },
              Delivery.IN_PLACE);
    }

    String play() {
      soak.fences.start();
      List<Device> late = SoakBroker.devices(broker);
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        Pipeline pipeline = new Pipeline("stream-" + i, new Random(random.nextLong()));
        pipelines.add(pipeline);
        threads.add(world.thread(pipeline.stream.spec().name(), () -> guarded(pipeline::play)));
        Random its = new Random(random.nextLong());
        threads.add(world.thread("late-" + i, () -> guarded(() -> pipeline.join(late, its))));
      }
      threads.forEach(WorldThread::start);
      threads.forEach(world::join);
      check();
      end();
      return "pipelines=%d period=%s nanos=%d rest=%d frames=%d taken=%d refused=%d moves=%d rollbacks=%d faults=%s"
          .formatted(
              pipelines.size(),
              period,
              pipelines.stream().mapToLong(each -> each.nanos).sum(),
              pipelines.stream().mapToLong(each -> each.restNanos).sum(),
              pipelines.stream().mapToLong(each -> each.submitted).sum(),
              pipelines.stream().mapToLong(each -> each.taken).sum(),
              pipelines.stream().mapToLong(each -> each.refused).sum(),
              soak.counts.moves.get(),
              soak.counts.rollbacks.get(),
              soak.faults);
    }

    /** Interrupts some thread, and looks at the broker. */
    private void disturb() {
      threads.get(random.nextInt(threads.size())).interrupt();
      SnapshotInvariants.check(broker.snapshot());
    }

    private void end() {
      try {
        soak.fences.end(world::join);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      for (Pipeline each : pipelines) {
        try {
          each.stream.close();
        } catch (BrokerException e) {
          boolean unused = Thread.interrupted(); // By a fault.
        }
        SnapshotInvariants.check(each.stream.snapshot());
      }
      until("buffers are gone", () -> broker.snapshot().buffers().isEmpty());
      try {
        broker.close();
      } catch (WaitInterruptedException e) {
        boolean unused = Thread.interrupted();
      }
      for (ScriptedHeap heap : soak.heaps) {
        until(heap.name() + " got everything back", () -> heap.live() == 0);
      }
      assertEquals(0, soak.fences.poller.pending(), "fences that are watched");
      missed.removeIf(each -> told.contains(each.forIt) || told.contains(each.forAll));
      assertEquals(List.of(), missed, "frames that were dropped without a word");
      check();
    }

    private void check() {
      soak.heaps.forEach(heap -> heap.misuse().ifPresent(failures::add));
      if (!failures.isEmpty()) {
        throw new AssertionError(failures.get(0).getMessage(), failures.get(0));
      }
    }

    private void guarded(Runnable work) {
      try {
        work.run();
      } catch (Throwable t) {
        failures.add(t);
      }
    }

    private void until(String what, BooleanSupplier holds) {
      for (int i = 0; !holds.getAsBoolean(); i++) {
        if (i == MOMENTS) {
          throw new AssertionError("in vain: " + what);
        }
        world.sleep(MOMENT);
        boolean unused = Thread.interrupted();
      }
    }

    /** A stream, its producer, and consumers that are there from the beginning. */
    private final class Pipeline {
      private final Random random;
      private final Device camera;
      private final BufferStream stream;
      private final List<Reader> readers = new ArrayList<>();
      private long filled;
      private long submitted;
      private long taken;
      private long refused;

      /** For how long the pipeline lasted. */
      private long nanos;

      /** For how long of that it rested. */
      private long restNanos;

      /** What was filled, and not submitted or its fence signals an error. */
      private final Set<Long> lost = new HashSet<>();

      /** How often the stream was stopped, which may drop frames. */
      private int stops;

      Pipeline(String name, Random random) {
        this.random = random;
        this.camera = broker.register("camera of " + name, Constraints.none());
        this.stream =
            broker.stream(
                StreamSpec.builder(name, BlobSpec.of(SIZE), camera)
                    .maxBuffers(3 + random.nextInt(4))
                    .quietTime(Duration.ofSeconds(1))
                    .build());
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
          DeviceSpec viewer =
              DeviceSpec.builder("viewer " + i + " of " + name).access(Access.READ).build();
          Policy policy = random.nextBoolean() ? Policy.LATEST : Policy.EVERY_FRAME;
          readers.add(new Reader(stream.consumer(broker.register(viewer), policy)));
        }
      }

      /** Does for each period what the producer and the consumers do in it, until the end. */
      void play() {
        long begun = world.nanos();
        start();
        for (int i = 0; i < frames && failures.isEmpty(); i++) {
          world.sleep(period);
          boolean unused = Thread.interrupted(); // What the next step is to meet, it meets.
          attempt(this::produce);
          for (Reader reader : readers) {
            attempt(() -> reader.take(this));
          }
          if (random.nextInt(250) == 0) {
            stop();
            pause();
            start();
          } else if (random.nextInt(150) == 0) {
            rest();
          } else if (random.nextInt(250) == 0) {
            boolean unusedToo = stream.remove(random.nextInt(3));
          } else if (random.nextInt(10) == 0) {
            disturb();
          }
        }
        readers.forEach(reader -> attempt(reader.consumer::close));
        nanos = world.nanos() - begun;
      }

      private Missed missed(StreamConsumer consumer, long number) {
        String name = stream.spec().name();
        return new Missed(
            new Drop(name, consumer.device().name(), number),
            new Drop(name, camera.name(), number));
      }

      private boolean areLost(long first, long end) {
        return LongStream.range(first, end).allMatch(lost::contains);
      }

      private void attempt(Runnable step) {
        try {
          step.run();
        } catch (BrokerException | Faults.Fault e) {
          refused++;
        }
      }

      private void start() {
        attempt(stream::start);
        boolean unused = Thread.interrupted();
      }

      private void stop() {
        stops++;
        try {
          stream.stop(Duration.ofMillis(random.nextInt(20)));
        } catch (OutstandingMappingsException | WaitInterruptedException e) {
          boolean unused = Thread.interrupted(); // The consumers give them back.
        }
      }

      private void pause() {
        if (random.nextInt(4) == 0) {
          sleepThrough(Duration.ofMillis(random.nextInt(LONGEST_PAUSE_MILLIS)));
        }
      }

      /** Nothing comes for minutes or hours, and the stream is stopped meanwhile, or is not. */
      private void rest() {
        boolean stopped = random.nextBoolean();
        if (stopped) {
          stop();
        }
        long minutes = 1L << random.nextInt(REST_DOUBLINGS);
        sleepThrough(Duration.ofMinutes(minutes).plusSeconds(random.nextInt(60 * (int) minutes)));
        if (stopped) {
          start();
        }
      }

      /** Sleeps for that time, whatever interrupts it. */
      private void sleepThrough(Duration time) {
        long begun = world.nanos();
        for (long left = time.toNanos(); left > 0; left = begun + time.toNanos() - world.nanos()) {
          world.sleep(Duration.ofNanos(left));
          boolean unused = Thread.interrupted();
        }
        restNanos += world.nanos() - begun;
      }

      private void produce() {
        EmptyFrame frame = stream.tryAcquire().orElse(null);
        if (frame == null) {
          refused++;
          return;
        }
        long number = ++filled;
        lost.add(number); // Unless it is submitted.
        try (frame) {
          fill(frame.mapping(), SoakContents.value(number));
          if (random.nextInt(8) == 0) {
            SyncFile fence = soak.fences.pending();
            frame.submitAfter(fence);
            if (!soak.fences.fails(fence)) {
              lost.remove(number);
            }
          } else {
            frame.submit();
            lost.remove(number);
          }
          submitted++;
        }
      }

      /** Devices come, take some frames in their own time, and go. */
      void join(List<Device> devices, Random its) {
        for (int i = 0; i < frames / 40 && failures.isEmpty(); i++) {
          world.sleep(period.multipliedBy(its.nextInt(40)));
          boolean unused = Thread.interrupted();
          Device device = devices.get(its.nextInt(devices.size()));
          Policy policy = its.nextBoolean() ? Policy.LATEST : Policy.EVERY_FRAME;
          attempt(
              () -> {
                try (Reader reader = new Reader(stream.consumer(device, policy))) {
                  for (int left = its.nextInt(12); left > 0; left--) {
                    reader.wait(this, its);
                  }
                }
              });
        }
      }
    }

    /** A consumer, and what it saw last. */
    private final class Reader implements AutoCloseable {
      private final StreamConsumer consumer;
      private long sequence = -1;
      private long number;
      private int stops;

      Reader(StreamConsumer consumer) {
        this.consumer = consumer;
      }

      void take(Pipeline pipeline) {
        int before = pipeline.stops;
        Frame frame = consumer.tryTake().orElse(null);
        if (frame != null) {
          try (frame) {
            look(pipeline, frame, before);
          }
        }
      }

      /** Waits for a frame, and has it for a while. */
      void wait(Pipeline pipeline, Random random) {
        int before = pipeline.stops;
        try (Frame frame = consumer.take(period.multipliedBy(4))) {
          look(pipeline, frame, before);
          world.sleep(period.dividedBy(1 + random.nextInt(20)));
        }
      }

      private void look(Pipeline pipeline, Frame frame, int stopsBefore) {
        pipeline.taken++;
        if (frame.sequence() <= sequence) {
          throw new AssertionError(
              "%s: %s came after frame %d".formatted(consumer, frame, sequence));
        }
        for (long lost = sequence + 1; sequence >= 0 && lost < frame.sequence(); lost++) {
          missed.add(pipeline.missed(consumer, lost));
        }
        sequence = frame.sequence();
        long before = number;
        number = 0; // Unless it can be read.
        long its = read(frame.mapping());
        if (consumer.policy() == Policy.EVERY_FRAME
            && before > 0
            && stops == pipeline.stops
            && !pipeline.areLost(before + 1, its)) {
          throw new AssertionError(
              "%s: %s has contents %d after %d".formatted(consumer, frame, its, before));
        }
        number = its;
        stops = stopsBefore;
      }

      @Override
      public void close() {
        consumer.close();
      }
    }

    private static void fill(MappedMemory memory, long value) {
      try (CpuView view = memory.cpuView()) {
        for (int i = 0; i < SIZE; i += STRIDE) {
          view.bytes().putLong(i, value + i);
        }
      }
    }

    /** Returns the number that the frame was filled with, if it is whole. */
    private static long read(MappedMemory memory) {
      try (CpuView view = memory.cpuView()) {
        long value = view.bytes().getLong(0);
        for (int i = 0; i < SIZE; i += STRIDE) {
          if (view.bytes().getLong(i) != value + i) {
            throw new AssertionError(memory + " is torn at " + i);
          }
        }
        return value >> 16;
      }
    }
  }
}
