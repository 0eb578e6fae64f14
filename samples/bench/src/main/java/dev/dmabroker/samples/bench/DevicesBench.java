package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What few devices do in a broker that knows many. */
@State(Scope.Benchmark)
public class DevicesBench {
  private static final ImageSpec FRAME = ImageSpec.of(1920, 1080, PixelFormat.NV12);
  private static final int HEAPS = 8;
  private static final int PLANNED = 8;

  /** How many are registered. */
  @Param({"10", "10000"})
  public int devices;

  private final List<Device> planned = new ArrayList<>();
  private Broker broker;
  private Device camera;
  private SharedBuffer buffer;
  private Attachment mapped;

  /** For JMH. */
  @SuppressWarnings("NullAway.Init") // JMH calls open first.
  public DevicesBench() {}

  /** Registers the devices. */
  @Setup(Level.Trial)
  public void open() {
    BrokerBuilder builder = Broker.builder().heuristic(new LeastCost()).heap(new OneBackingHeap());
    for (int i = 0; i < HEAPS; i++) {
      builder.heap(new NoMemoryHeap(i));
    }
    broker = builder.build();
    for (int i = 0; i < devices; i++) {
      Device device = broker.register("device-" + i, Mixed.of(i));
      if (i < PLANNED) {
        planned.add(device);
      }
    }
    Constraints here = Constraints.builder().permittedHeaps(OneBackingHeap.NAME).build();
    camera = broker.register("camera", here);
    buffer = broker.export(BlobSpec.of(OneBackingHeap.BYTES));
    mapped = buffer.attach(broker.register("viewer", here));
    mapped.map(Access.OVERWRITE).close();
    // Devices stay for months: the collector is not to be seen copying the young ones.
    System.gc();
  }

  /** Closes the broker. */
  @TearDown(Level.Trial)
  public void close() {
    broker.close();
  }

  /** Makes a device known, and takes it out again. */
  @Benchmark
  public void register() {
    broker.register("one more", Mixed.of(1)).close();
  }

  /** To a buffer that has memory. */
  @Benchmark
  public void attach() {
    buffer.attach(camera).close();
  }

  /** A settled buffer. */
  @Benchmark
  public void map() {
    mapped.map(Access.READ).close();
  }

  /** For eight of them. */
  @Benchmark
  public Plan plan() {
    return broker.plan(FRAME, planned);
  }

  /** Lists all of them, so that it cannot be flat. */
  @Benchmark
  public BrokerSnapshot snapshot() {
    return broker.snapshot();
  }
}
