package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.metrics.DmaBufMetrics;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Mapping and unmapping one settled buffer, each thread through an attachment of its own. */
public class MapBench {
  /** For JMH. */
  public MapBench() {}

  /** The buffer that all threads map. */
  @State(Scope.Benchmark)
  public static class Shared {
    /** Whether Micrometer meters follow the broker. */
    @Param("false")
    public boolean metrics;

    /** How lost mappings are looked for. */
    @Param("SAMPLED")
    public LeakTracking leaks;

    /** In one of how many mappings access is checked; 0 for none. */
    @Param("0")
    public int checkedOneIn;

    private final AtomicInteger devices = new AtomicInteger();
    private Broker broker;
    private SharedBuffer buffer;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH calls open first.
    public Shared() {}

    /** Exports the buffer. */
    @Setup(Level.Trial)
    public void open() {
      BrokerBuilder builder =
          Broker.builder()
              .heap(ModelledHeap.builder("system").build())
              .heuristic(new LeastCost())
              .leakTracking(leaks);
      if (checkedOneIn > 0) {
        builder.checkAccess(checkedOneIn);
      }
      broker = builder.build();
      if (metrics) {
        new DmaBufMetrics(broker).bindTo(new SimpleMeterRegistry());
      }
      buffer = broker.export(BlobSpec.of(1 << 20));
    }

    /** Closes the broker. */
    @TearDown(Level.Trial)
    public void close() {
      broker.close();
    }

    Attachment attach() {
      String name = "device-" + devices.incrementAndGet();
      return buffer.attach(broker.register(name, Constraints.none()));
    }
  }

  /** A thread's own. */
  @State(Scope.Thread)
  public static class Own {
    private Attachment attachment;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH calls attach first.
    public Own() {}

    /** Attaches, and maps once, so that the buffer has its memory. */
    @Setup(Level.Trial)
    public void attach(Shared shared) {
      attachment = shared.attach();
      attachment.map(Access.READ).close();
    }
  }

  /** The same with a mapping that is out at all times. */
  @State(Scope.Thread)
  public static class Keeping {
    private Attachment attachment;
    private Mapping kept;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH calls attach first.
    public Keeping() {}

    /** Attaches and maps. */
    @Setup(Level.Trial)
    public void attach(Shared shared) {
      attachment = shared.attach();
      kept = attachment.map(Access.READ);
    }

    /** Lets go of the last mapping. */
    @TearDown(Level.Trial)
    public void close() {
      kept.close();
    }
  }

  /** A thread's own lease, which stands between uses. */
  @State(Scope.Thread)
  public static class Leased {
    private Lease lease;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH calls attach first.
    public Leased() {}

    /** Attaches, maps and makes a lease. */
    @Setup(Level.Trial)
    public void attach(Shared shared) {
      lease = shared.attach().map(Access.READ).lease("bench", recall -> {});
      lease.endUse();
    }
  }

  /** As a method does that maps, uses and unmaps. */
  @Benchmark
  public void map(Own own) {
    own.attachment.map(Access.READ).close();
  }

  /** A use of a lease, in place of a map and an unmap. */
  @Benchmark
  public boolean lease(Leased own) {
    boolean begun = own.lease.tryUse();
    own.lease.endUse();
    return begun;
  }

  /** The mapping outlives the method that made it, as it does when hardware has the buffer. */
  @Benchmark
  public void mapAndKeep(Keeping own) {
    Mapping before = own.kept;
    own.kept = own.attachment.map(Access.READ);
    before.close();
  }
}
