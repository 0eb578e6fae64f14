package dev.dmabroker.samples.bench;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.Plan;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Planning, over counts of devices and heaps. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PlanBench {
  private static final ImageSpec FRAME = ImageSpec.of(1920, 1080, PixelFormat.NV12);

  /** Devices. */
  @Param({"1", "8", "64", "1000"})
  public int devices;

  /** Heaps. */
  @Param({"1", "8", "64", "1000"})
  public int heaps;

  private Broker broker;
  private final List<Device> registered = new ArrayList<>();
  private final List<HeapInfo> infos = new ArrayList<>();

  /** For JMH. */
  @SuppressWarnings("NullAway.Init") // JMH calls open first.
  public PlanBench() {}

  /** Registers the devices. */
  @Setup(Level.Trial)
  public void open() {
    BrokerBuilder builder = Broker.builder().heuristic(new LeastCost());
    for (int i = 0; i < heaps; i++) {
      NoMemoryHeap heap = new NoMemoryHeap(i);
      infos.add(new HeapInfo(heap.name(), heap.aliases(), heap.type(), heap.traits()));
      builder.heap(heap);
    }
    broker = builder.build();
    for (int i = 0; i < devices; i++) {
      registered.add(broker.register("device-" + i, Mixed.of(i)));
    }
  }

  /** Closes the broker. */
  @TearDown(Level.Trial)
  public void close() {
    broker.close();
  }

  /** The whole plan, ranked. */
  @Benchmark
  public Plan plan() {
    return broker.plan(FRAME, registered);
  }

  /** The naive way, and less: asks each heap about each device, and ranks nothing. */
  @Benchmark
  public int pairwise() {
    int suitable = 0;
    for (HeapInfo heap : infos) {
      boolean suits = true;
      for (Device device : registered) {
        suits &= heap.unmet(device.name(), device.constraints()).isEmpty();
      }
      suitable += suits ? 1 : 0;
    }
    return suitable;
  }
}
