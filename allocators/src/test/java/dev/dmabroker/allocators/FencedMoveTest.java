package dev.dmabroker.allocators;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.FenceException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.LinuxFencePoller;
import dev.dmabroker.allocators.linux.SwSync;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.FenceFailure;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.InOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Moves of dma-bufs that the kernel's fences hold up: mappings' own, and those on the memory. */
class FencedMoveTest {
  private static final int SIZE = 64 * 1024;

  private final BlockingQueue<BufferMove> moved = new LinkedBlockingQueue<>();
  private final BlockingQueue<BufferMove> rolledBack = new LinkedBlockingQueue<>();
  private final BlockingQueue<FenceFailure> failed = new LinkedBlockingQueue<>();

  private final LinuxFencePoller poller = new LinuxFencePoller();
  private SwSync timeline;
  private Broker broker;
  private SharedBuffer buffer;
  private Attachment in;
  private String home;

  /** A buffer with contents in a dma-heap, and another dma-heap to move to. */
  @BeforeEach
  void fill() {
    timeline = SwSync.require();
    broker =
        Broker.builder()
            .discoverHeaps()
            .heuristic(new InOrder())
            .fencePoller(poller)
            .moveRetries(Duration.ofMillis(10), 2)
            .closeTimeout(Duration.ofMillis(50))
            .listener(
                new BrokerListener() {
                  @Override
                  public void moved(BufferMove event) {
                    moved.add(event);
                  }

                  @Override
                  public void moveRolledBack(BufferMove event) {
                    rolledBack.add(event);
                  }

                  @Override
                  public void fenceFailed(FenceFailure event) {
                    failed.add(event);
                  }
                })
            .build();
    // Kernels name the CMA heap differently; "cma" is its other name on all of them.
    List<String> heaps =
        broker.snapshot().heaps().stream()
            .filter(heap -> heap.name().equals("system") || heap.aliases().contains("cma"))
            .map(heap -> heap.name())
            .toList();
    Assumptions.assumeTrue(
        heaps.size() == 2,
        "needs /dev/dma_heap/system and a CMA heap; run samples/kernel-lab/test");
    home = heaps.get(0);
    buffer = broker.export("frame", BlobSpec.of(SIZE));
    in = attach("camera", Duration.ofMinutes(2), heaps.toArray(String[]::new));
    try (Mapping mapping = in.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putLong(0, 42);
    }
    home = buffer.heapName().orElseThrow();
  }

  @AfterEach
  void close() {
    if (timeline != null) {
      timeline.close(); // Whatever was never signalled fails now.
    }
    if (broker != null) {
      try {
        broker.close();
      } catch (BrokerException e) {
        // The test left something out on purpose.
      }
    }
  }

  private Attachment attach(String name, Duration longestHold, String... heaps) {
    return buffer.attach(
        broker.register(
            DeviceSpec.builder(name)
                .constraints(Constraints.builder().cpuReach().permittedHeaps(heaps).build())
                .longestHold(longestHold)
                .build()));
  }

  private Attachment stricter() {
    return attach("display", Duration.ofMinutes(2), home.equals("system") ? "cma" : "system");
  }

  private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return Events.next(queue, EMULATED);
  }

  private static long contents(Mapping mapping) {
    try (mapping;
        CpuView view = mapping.cpuView()) {
      return view.bytes().getLong(0);
    }
  }

  @Test
  void aMappingEndsWhenItsFenceSignals() throws Exception {
    Mapping mapping = in.map(Access.WRITE);
    mapping.closeAfter(new SyncFile(timeline.fence(1)));
    assertFalse(mapping.isOpen());
    assertThrows(ClosedException.class, mapping::fd);
    assertTrue(broker.snapshot().buffers().get(0).holders().get(0).fenced());
    CompletableFuture<Mapping> strict = stricter().mapAsync(Access.READ);
    assertEquals(42, contents(in.map(Access.READ)), "readers go on");
    assertFalse(strict.isDone());
    timeline.advance(1);
    Mapping there = strict.get(120, TimeUnit.SECONDS);
    assertFalse(there.heapName().equals(home));
    assertEquals(42, contents(there));
    assertEquals(0, broker.snapshot().buffers().get(0).holders().size());
    assertTrue(failed.isEmpty());
  }

  @Test
  void aFenceThatSignalsTooLateRollsTheMoveBack() throws Exception {
    Attachment hasty = attach("hasty", Duration.ofMillis(1), "system", "cma");
    Mapping mapping = hasty.map(Access.WRITE);
    mapping.closeAfter(new SyncFile(timeline.fence(1)));
    Attachment out = stricter();
    BufferMove event = next(rolledBack);
    assertTrue(event.holders().get(0).toString().contains("until a fence signals"));
    assertEquals(Duration.ofMillis(1), event.deadline());
    timeline.advance(1);
    assertEquals(42, contents(out.map(Access.READ, Duration.ofMinutes(2))));
  }

  @Test
  void aFenceThatFailsEndsTheMappingAndIsTold() throws Exception {
    Mapping mapping = in.map(Access.WRITE);
    mapping.closeAfter(new SyncFile(timeline.fence(1)));
    timeline.close();
    FenceFailure event = next(failed);
    assertEquals("camera", event.device());
    assertEquals(SwSync.ERRNO_OF_CLOSED_TIMELINE, event.errno());
    assertEquals(0, broker.snapshot().buffers().get(0).holders().size());
  }

  @Test
  void aFenceThatNeverSignalsKeepsTheMemoryAndNothingElse() {
    Mapping mapping = in.map(Access.WRITE);
    mapping.closeAfter(new SyncFile(timeline.fence(1)));
    BrokerException failure = assertThrows(BrokerException.class, broker::close);
    assertTrue(String.valueOf(failure.getMessage()).contains("until a fence signals"));
  }

  @Test
  void whatIsNoFenceIsRefusedAndTheMappingStaysOpen() {
    try (Mapping mapping = in.map(Access.WRITE)) {
      SyncFile noDescriptor = new SyncFile(1_000_000);
      assertThrows(FenceException.class, () -> mapping.closeAfter(noDescriptor));
      assertTrue(mapping.isOpen());
    }
  }

  @Test
  void aWriteThatTheKernelKnowsOfIsWaitedForBeforeTheCopy() throws Exception {
    try (Mapping mapping = in.map(Access.WRITE)) {
      SwSync.putOn(mapping.fd(), timeline.fence(1), /* writes= */ true);
    }
    Attachment out = stricter();
    CompletableFuture<Mapping> strict = out.mapAsync(Access.READ);
    Await.until("the move waits for it", EMULATED, () -> poller.pending() > 0);
    assertEquals(SharedBuffer.State.DRAINING, buffer.state());
    assertFalse(strict.isDone());
    timeline.advance(1);
    assertEquals(42, contents(strict.get(120, TimeUnit.SECONDS)));
    assertTrue(next(moved).deadline().compareTo(Duration.ZERO) > 0);
  }

  @Test
  void aWriteOfTheKernelsThatDoesNotEndRollsTheMoveBack() throws Exception {
    in.close();
    in = attach("hasty", Duration.ofMillis(5), "system", "cma");
    try (Mapping mapping = in.map(Access.WRITE)) {
      SwSync.putOn(mapping.fd(), timeline.fence(1), /* writes= */ true);
    }
    Attachment out =
        attach("display", Duration.ofMillis(5), home.equals("system") ? "cma" : "system");
    BufferMove event = next(rolledBack);
    assertTrue(event.failure().orElseThrow().contains("fence of the kernel"));
    assertEquals(List.of(), event.holders());
    assertEquals(home, buffer.heapName().orElseThrow());
    timeline.advance(1);
    assertEquals(42, contents(out.map(Access.READ, Duration.ofMinutes(2))));
  }
}
