package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.allocators.linux.OwnProcess;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.PlacementHeuristic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Streams over real memory leave nothing in the process. */
class StreamCyclesTest {
  private static final int CYCLES = 1000;
  private static final int BUFFERS = 3;
  private static final Path BUFINFO = Path.of("/sys/kernel/debug/dma_buf/bufinfo");
  private static final ImageSpec IMAGE = ImageSpec.of(320, 240, PixelFormat.NV12);

  @Test
  void aThousandStartsAndStopsOfOneStreamKeepItsMemoryAndNothingElse() throws IOException {
    aThousandCycles(Machine.open(Heaps.memfd(), "memfd", "memfd_create"), () -> 0L);
  }

  @Test
  void aThousandOverADmaHeapLeaveNoDmaBufInTheKernelEither(TestReporter reporter)
      throws IOException {
    Heap system = Machine.open(Heaps.dmaHeaps(), "system", "/dev/dma_heap/system");
    assumeTrue(Files.isReadable(BUFINFO), "needs " + BUFINFO + "; run samples/kernel-lab/test");
    long before = listed();
    List<Long> counts = aThousandCycles(system, StreamCyclesTest::listed);
    reporter.publishEntry("dma-bufs in bufinfo", before + " before, then " + counts);
    assertEquals(List.of(before + BUFFERS, before + BUFFERS, before), counts);
  }

  /**
   * A thousand starts and stops of one stream.
   *
   * @param count what to count after the first, after the last and when the stream is closed
   */
  private static List<Long> aThousandCycles(Heap heap, Supplier<Long> count) throws IOException {
    int descriptors = OwnProcess.memoryDescriptors();
    long mappings = mappings();
    List<Long> counts = new ArrayList<>();
    try (Broker broker = Broker.builder().heap(heap).heuristic(new TheOnly()).build()) {
      Device camera = broker.register("camera", Constraints.builder().cpuOnly().build());
      Device viewer = broker.register("viewer", Constraints.builder().cpuOnly().build());
      BufferStream stream =
          broker.stream(StreamSpec.builder("cycles", IMAGE, camera).minBuffers(BUFFERS).build());
      StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
      for (int i = 0; i < CYCLES; i++) {
        cycle(stream, consumer, i);
        assertEquals(descriptors + BUFFERS, OwnProcess.memoryDescriptors(), "in cycle " + i);
        if (i == 0 || i == CYCLES - 1) {
          counts.add(count.get());
        }
      }
      assertTrue(
          mappings() <= mappings + BUFFERS, "each buffer is in the address space once at most");
      broker.snapshot().buffers().forEach(buffer -> assertTrue(buffer.holders().isEmpty()));
      stream.close();
      assertEquals(descriptors, OwnProcess.memoryDescriptors());
      assertEquals(0, broker.snapshot().heaps().get(0).backings());
      counts.add(count.get());
    }
    assertEquals(mappings, mappings());
    return counts;
  }

  private static void cycle(BufferStream stream, StreamConsumer consumer, int value) {
    stream.start();
    try (EmptyFrame frame = stream.acquire()) {
      try (CpuView view = frame.mapping().cpuView()) {
        view.bytes().putInt(0, value);
      }
      frame.submit();
    }
    EmptyFrame unused = stream.acquire(); // Never submitted.
    try (Frame frame = consumer.take();
        CpuView view = frame.mapping().cpuView()) {
      assertEquals(value, view.bytes().getInt(0));
    }
    stream.stop();
    assertThrows(StreamStoppedException.class, consumer::take);
  }

  @Test
  void aHundredStreamsOneAfterTheOtherLeaveNothing() throws IOException {
    Heap memfd = Machine.open(Heaps.memfd(), "memfd", "memfd_create");
    int descriptors = OwnProcess.memoryDescriptors();
    try (Broker broker = Broker.builder().heap(memfd).heuristic(new TheOnly()).build()) {
      Device camera = broker.register("camera", Constraints.builder().cpuOnly().build());
      Device viewer = broker.register("viewer", Constraints.builder().cpuOnly().build());
      for (int i = 0; i < 100; i++) {
        Frame held;
        try (BufferStream stream = broker.stream(StreamSpec.of("short", IMAGE, camera))) {
          StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
          cycle(stream, consumer, i);
          stream.start();
          stream.acquire().submit();
          held = consumer.take();
          stream.acquire().submit(); // Nobody takes it.
          stream.consumer(viewer, Policy.LATEST).close();
          dropAfter(stream);
        }
        assertEquals(descriptors + 1, OwnProcess.memoryDescriptors(), "what is held outlives it");
        held.close();
        assertEquals(descriptors, OwnProcess.memoryDescriptors());
      }
      assertTrue(broker.snapshot().buffers().isEmpty());
      assertTrue(broker.snapshot().streams().isEmpty());
    }
  }

  /** Cancels at once what is in flight, so that closing need not wait for it. */
  private static void dropAfter(BufferStream stream) {
    assertThrows(OutstandingMappingsException.class, () -> stream.stop(Duration.ZERO));
  }

  /** Dma-bufs that the kernel lists, whoever has them: a line begins with the size. */
  private static long listed() {
    try (Stream<String> lines = Files.lines(BUFINFO)) {
      return lines.filter(line -> line.matches("[0-9]{8,}\\s.*")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Mappings of memfds and dma-bufs, as the kernel lists them. */
  private static long mappings() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("memfd:") || line.contains("dmabuf:")).count();
    }
  }

  /** There is one heap. */
  private static final class TheOnly implements PlacementHeuristic {
    @Override
    public String name() {
      return "the-only";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return request.heaps().stream().map(heap -> new Ranked(heap.name(), 0, "the only")).toList();
    }
  }
}
