package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.FixedView;
import dev.dmabroker.Mapping;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.nio.ByteBuffer;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading one number of a settled buffer, in the ways that a CPU can get at it. */
public class ViewBench {
  private static final int BYTES = 1 << 20;

  /** For JMH. */
  public ViewBench() {}

  /** Opens the heaps that this machine has, whose memory is in ordinary pages. */
  static Broker broker() {
    return Broker.builder()
        .heaps(Heaps.memfd())
        .heaps(Heaps.udmabuf())
        .heaps(Heaps.dmaHeaps())
        .heuristic(new LeastCost())
        .build();
  }

  /** Returns the names of these heaps. */
  static List<String> heaps() {
    try (Broker broker = broker()) {
      return broker.snapshot().heaps().stream()
          .map(heap -> heap.name())
          .filter(heap -> !heap.endsWith("-huge"))
          .toList();
    }
  }

  /** The buffer, and its addresses that stay. */
  @State(Scope.Benchmark)
  public static class Shown {
    /** Where the buffer lies. */
    @Param("memfd")
    public String heap;

    private Broker broker;
    private Attachment attachment;
    private FixedView view;
    private ByteBuffer plain;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH calls open first.
    public Shown() {}

    /** Exports the buffer, and shows it. */
    @Setup(Level.Trial)
    public void open() {
      broker = broker();
      Constraints constraints = Constraints.builder().cpuOnly().permittedHeaps(heap).build();
      attachment = broker.export(BlobSpec.of(BYTES)).attach(broker.register("cpu", constraints));
      view = attachment.fixedView(BYTES);
      try (FixedView.Use use = view.begin(Access.READ)) {
        plain = use.bytes();
      }
    }

    /** Closes the broker. */
    @TearDown(Level.Trial)
    public void close() {
      view.close();
      broker.close();
    }
  }

  /** Between the begin and the end of a view that keeps its address. */
  @Benchmark
  public long beginAndEnd(Shown shown) {
    try (FixedView.Use use = shown.view.begin(Access.READ)) {
      return use.bytes().getLong(0);
    }
  }

  /** In a mapping and a CPU view of it, which begin and end alike. */
  @Benchmark
  public long mapAndView(Shown shown) {
    try (Mapping mapping = shown.attachment.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      return view.bytes().getLong(0);
    }
  }

  /** With nothing around it. */
  @Benchmark
  public long plain(Shown shown) {
    return shown.plain.getLong(0);
  }
}
