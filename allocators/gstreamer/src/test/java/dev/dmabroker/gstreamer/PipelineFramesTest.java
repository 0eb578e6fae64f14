package dev.dmabroker.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.SharedMemory;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buffers by descriptor that are offered by this test, as by a pipeline of its own process. */
@Timeout(60)
class PipelineFramesTest {
  private static final String CAPS = "video/x-raw, format=NV12, width=64, height=16";
  private static final int BYTES = 64 * 16 * 3 / 2;
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Broker broker =
      Broker.builder()
          .heap(ModelledHeap.builder("modelled-system").build())
          .heuristic(new LeastCost())
          .build();
  private final Device cpu = broker.register("cpu", Constraints.builder().cpuOnly().build());
  private final PipelineFrames frames = PipelineFrames.of(broker);
  private final AtomicInteger released = new AtomicInteger();
  private final List<SharedMemory.Made> pool = new ArrayList<>();

  @AfterEach
  void close() {
    frames.close();
    broker.close();
    pool.forEach(each -> each.descriptor().close());
    pool.forEach(each -> each.memory().release());
  }

  /** A memory of the pool, which is made when it is first asked for. */
  private Fd memory(int index) throws Exception {
    while (pool.size() <= index) {
      pool.add(SharedMemory.create("pool-" + pool.size(), 8192));
    }
    return pool.get(index).descriptor();
  }

  private void offer(int index, long offsetBytes, PipelineBuffer.Plane... planes) throws Exception {
    try (Fd.Use use = memory(index).use()) {
      frames.offer(
          new PipelineBuffer(
              use.number(),
              offsetBytes,
              BYTES,
              CAPS,
              List.of(planes),
              Optional.of(Duration.ofMillis(index))),
          released::incrementAndGet);
    }
  }

  @Test
  void theBufferIsReadWhereItLiesAndReleasedOnce() throws Exception {
    PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME);
    memory(0);
    pool.get(0).memory().bytes().put(100, (byte) 42);
    offer(0, 100, new PipelineBuffer.Plane(0, 64), new PipelineBuffer.Plane(1024, 64));
    PipelineFrame frame = consumer.take(LONG).orElseThrow();
    Layout layout = frame.mapping().layout();
    assertEquals(
        List.of(100L, 1124L), layout.planes().stream().map(Layout.Plane::offsetBytes).toList());
    try (CpuView view = frame.mapping().cpuView()) {
      assertEquals(42, view.bytes().get(100));
    }
    assertEquals(CAPS, frame.caps());
    assertEquals(Optional.of(Duration.ZERO), frame.presentationTime());
    assertEquals(0, released.get());
    frame.close();
    frame.close();
    assertEquals(1, released.get());
  }

  @Test
  void aRefusedBufferIsReleasedOnce() {
    frames.consumer(cpu, Policy.EVERY_FRAME);
    assertThrows(BufferRefusedException.class, () -> offer(0, 8192 - BYTES + 1), "beyond its file");
    assertEquals(1, released.get());
    BufferRefusedException e =
        assertThrows(
            BufferRefusedException.class, () -> offer(0, 0, new PipelineBuffer.Plane(0, 64)));
    assertTrue(e.toString().contains("2 planes"), e.toString());
    assertEquals(2, released.get());
  }

  @Test
  void afterTheEndABufferGoesBackAndWhatWaitsIsStillTaken() throws Exception {
    PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME);
    offer(0, 0);
    frames.end();
    assertFalse(frames.awaitRoom(LONG));
    offer(1, 0);
    assertEquals(1, released.get());
    assertTrue(consumer.isEnded());
    consumer.take(LONG).orElseThrow().close();
    assertEquals(Optional.empty(), consumer.take(LONG));
    assertEquals(2, released.get());
  }

  @Test
  void thereIsNoRoomUntilAConsumerOfEveryFrameTakes() throws Exception {
    PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME);
    int waiting = 0;
    while (frames.awaitRoom(Duration.ZERO)) {
      offer(waiting++, 0);
    }
    assertEquals(8, waiting);
    consumer.take(LONG).orElseThrow().close();
    assertTrue(frames.awaitRoom(LONG));
    consumer.close();
    assertEquals(8, released.get());
  }

  @Test
  void memoryThatCameNoMoreIsLetGo() throws Exception {
    PipelineConsumer consumer = frames.consumer(cpu, Policy.LATEST);
    offer(0, 0);
    for (int i = 0; i < 256; i++) {
      offer(1 + i % 3, 0);
    }
    consumer.take(LONG).orElseThrow().close();
    assertEquals(4, broker.snapshot().buffers().size());
    offer(1, 0);
    assertEquals(3, broker.snapshot().buffers().size(), "the first came 257 frames ago");
  }

  @Test
  void memoryOfABufferOfThisBrokerIsNamed() throws Exception {
    frames.consumer(cpu, Policy.EVERY_FRAME);
    SharedBuffer own = broker.export("own", BlobSpec.of(8192));
    try (Mapping mapping = own.attach(cpu).map(Access.READ)) {
      PipelineBuffer buffer =
          new PipelineBuffer(mapping.fd(), 0, BYTES, CAPS, List.of(), Optional.empty());
      BufferRefusedException e =
          assertThrows(
              BufferRefusedException.class, () -> frames.offer(buffer, released::incrementAndGet));
      assertInstanceOf(DuplicateMemoryException.class, e.getCause());
      assertTrue(e.toString().contains("own, a buffer of this broker"), e.toString());
      assertEquals(1, released.get());
    }
  }

  @Test
  void framesThatAreHeldStayWhenAllElseIsClosed() throws Exception {
    PipelineConsumer consumer = frames.consumer(cpu, Policy.EVERY_FRAME);
    offer(0, 0);
    pool.get(0).memory().bytes().put(0, (byte) 7);
    try (PipelineFrame frame = consumer.take(LONG).orElseThrow()) {
      frames.close();
      try (CpuView view = frame.mapping().cpuView()) {
        assertEquals(7, view.bytes().get(0));
      }
      assertEquals(0, released.get());
    }
    assertEquals(1, released.get());
    assertEquals(List.of(), broker.snapshot().buffers());
  }
}
