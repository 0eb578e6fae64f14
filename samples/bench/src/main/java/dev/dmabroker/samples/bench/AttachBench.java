package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageConstraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One device more on a buffer that has eight, and devices with alternatives. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AttachBench {
  private static final ImageSpec FRAME = ImageSpec.of(1920, 1080, PixelFormat.NV12);

  private static final int[] PRIMES = {
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179
  };

  private Broker broker;
  private SharedBuffer buffer;
  private Device ninth;

  /** Kept, or they would be found as lost, and detached. */
  private final List<Attachment> attached = new ArrayList<>();

  private final List<Device> pliant = new ArrayList<>();
  private final List<Device> stubborn = new ArrayList<>();

  /** For JMH. */
  @SuppressWarnings("NullAway.Init") // JMH calls open first.
  public AttachBench() {}

  /** Attaches eight devices. */
  @Setup(Level.Trial)
  public void open() {
    BrokerBuilder builder = Broker.builder().heuristic(new LeastCost());
    for (int i = 0; i < 8; i++) {
      builder.heap(new NoMemoryHeap(i));
    }
    broker = builder.build();
    buffer = broker.export(FRAME);
    for (int i = 0; i < 8; i++) {
      attached.add(buffer.attach(broker.register("device-" + i, Mixed.of(i))));
    }
    ninth = broker.register("ninth", Mixed.of(1));
    for (int i = 0; i < 4; i++) {
      Constraints[] apart = new Constraints[4];
      Constraints[] worst = new Constraints[4];
      for (int j = 0; j < 4; j++) {
        apart[j] = Constraints.builder().permittedHeaps("heap-" + (i + j) % 4).build();
        // Any three have a stride in common that is short enough, and no four.
        worst[j] =
            Constraints.builder()
                .permittedHeaps("heap-0", "heap-1", "heap-2", "heap-3")
                .strideAlignment(PRIMES[4 * i + j])
                .build();
      }
      pliant.add(broker.register(DeviceSpec.builder("pliant-" + i).alternatives(apart).build()));
      stubborn.add(
          broker.register(DeviceSpec.builder("stubborn-" + i).alternatives(worst).build()));
    }
    stubborn.add(
        broker.register(
            "last",
            Constraints.builder().image(ImageConstraints.builder().maxStride(20_000_000)).build()));
  }

  /** Closes the broker. */
  @TearDown(Level.Trial)
  public void close() {
    broker.close();
  }

  /** Attaches a ninth device to a solved set of eight, over eight heaps. */
  @Benchmark
  public Attachment attach() {
    Attachment attachment = buffer.attach(ninth);
    attachment.close();
    return attachment;
  }

  /** Four devices of four alternatives over four of eight heaps. */
  @Benchmark
  public Plan alternatives() {
    return broker.plan(FRAME, pliant);
  }

  /** The same where every combination has to be looked at, and none fits. */
  @Benchmark
  public Plan alternativesWorst() {
    return broker.plan(FRAME, stubborn);
  }
}
