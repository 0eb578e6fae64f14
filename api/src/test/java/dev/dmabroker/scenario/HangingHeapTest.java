package dev.dmabroker.scenario;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Mapping;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedMover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A heap that does not answer holds up the buffers that need it, and no others. */
class HangingHeapTest extends Fixture {
  private final CountDownLatch go = new CountDownLatch(1);
  private final AtomicInteger hanging = new AtomicInteger();
  private final Device camera = broker.register("camera", Constraints.none());
  private final Device display = broker.register("display", CONTIGUOUS);

  @BeforeEach
  void hang() {
    cma.onAllocate(
        () -> {
          hanging.incrementAndGet();
          Await.latch(go);
        });
  }

  @AfterEach
  void letGo() {
    go.countDown();
  }

  private List<CompletableFuture<Mapping>> mapAsync(Device device, int buffers) {
    List<CompletableFuture<Mapping>> maps = new ArrayList<>();
    for (int i = 0; i < buffers; i++) {
      maps.add(export().attach(device).mapAsync(Access.WRITE));
    }
    return maps;
  }

  private static void closeAll(List<CompletableFuture<Mapping>> maps) throws Exception {
    for (CompletableFuture<Mapping> map : maps) {
      map.get(Await.DEADLINE.toSeconds(), SECONDS).close();
    }
  }

  private void awaitCalls(int calls) {
    Await.until(calls + " calls hang", () -> hanging.get() == calls);
  }

  /** What the search of that buffer waits for. */
  private Optional<String> seeking(SharedBuffer buffer) {
    return broker.snapshot().buffers().stream()
        .filter(state -> state.name().equals(buffer.name()))
        .findFirst()
        .flatMap(BufferState::seeking);
  }

  private void awaitSeeking(SharedBuffer buffer, String words) {
    Await.until(words, () -> seeking(buffer).filter(it -> it.contains(words)).isPresent());
  }

  @Test
  void mapsIntoOtherHeapsGoOn() throws Exception {
    List<CompletableFuture<Mapping>> stuck = mapAsync(display, 10);
    awaitCalls(2);
    closeAll(mapAsync(camera, 12));
    assertEquals(2, hanging.get());
    assertTrue(stuck.stream().noneMatch(CompletableFuture::isDone));
    go.countDown();
    closeAll(stuck);
    assertEquals(10, cma.live());
  }

  @Test
  void movesIntoItHoldUpNoOthers() throws Exception {
    List<Attachment> outs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      SharedBuffer buffer = export();
      write(buffer.attach(camera), i);
      outs.add(buffer.attach(display));
    }
    awaitCalls(2);
    closeAll(mapAsync(camera, 12));
    assertEquals(2, hanging.get());
    go.countDown();
    for (int i = 0; i < 6; i++) {
      assertEquals(i, read(outs.get(i)));
    }
  }

  @Test
  void streamsThatGrowIntoItHoldUpNoOthers() throws Exception {
    go.countDown();
    List<CompletableFuture<EmptyFrame>> growing = new ArrayList<>();
    List<EmptyFrame> held = new ArrayList<>();
    List<BufferStream> streams = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Device producer =
          broker.register(DeviceSpec.builder("producer-" + i).constraints(CONTIGUOUS).build());
      streams.add(broker.stream(StreamSpec.of("video-" + i, BlobSpec.of(SIZE), producer)));
      streams.get(i).start();
      Optional<EmptyFrame> got = streams.get(i).tryAcquire();
      while (got.isPresent()) {
        held.add(got.get());
        got = streams.get(i).tryAcquire();
      }
    }
    Await.until(
        "no stream grows",
        () -> streams.stream().allMatch(stream -> stream.snapshot().free() >= 1));
    CountDownLatch again = new CountDownLatch(1);
    hanging.set(0);
    cma.onAllocate(
        () -> {
          hanging.incrementAndGet();
          Await.latch(again);
        });
    try {
      for (BufferStream stream : streams) {
        held.add(stream.acquire());
        growing.add(stream.acquireAsync());
      }
      awaitCalls(2);
      closeAll(mapAsync(camera, 12));
      assertEquals(2, hanging.get());
    } finally {
      again.countDown();
    }
    for (CompletableFuture<EmptyFrame> frame : growing) {
      frame.get(Await.DEADLINE.toSeconds(), SECONDS).close();
    }
    held.forEach(EmptyFrame::close);
  }

  @Test
  void memoryThatItDoesNotTakeBackHoldsUpNoMoves() throws Exception {
    go.countDown();
    CountDownLatch taken = new CountDownLatch(1);
    AtomicInteger returning = new AtomicInteger();
    system.onRelease(
        () -> {
          returning.incrementAndGet();
          Await.latch(taken);
        });
    try {
      for (int i = 0; i < 6; i++) {
        SharedBuffer buffer = export();
        write(buffer.attach(camera), i);
        assertEquals(i, read(buffer.attach(display)));
      }
      Await.until("two calls hang", () -> returning.get() == 2);
      closeAll(mapAsync(display, 12));
      assertEquals(2, returning.get());
    } finally {
      taken.countDown();
    }
    Await.until("all is given back", () -> backings("system") == 0);
    assertEquals(18, backings("cma"));
  }

  private int backings(String heap) {
    return broker.snapshot().heaps().stream()
        .filter(state -> state.name().equals(heap))
        .mapToInt(HeapState::backings)
        .sum();
  }

  @Test
  void aMoverThatDoesNotGetReadyHoldsUpNoMaps() throws Exception {
    go.countDown();
    CountDownLatch ready = new CountDownLatch(1);
    AtomicInteger preparing = new AtomicInteger();
    ScriptedMover mover = new ScriptedMover();
    mover.onPrepare =
        () -> {
          preparing.incrementAndGet();
          Await.latch(ready);
        };
    broker.close();
    broker = builder().mover(mover).build();
    Device producer = broker.register("camera", Constraints.none());
    Device strict = broker.register("display", CONTIGUOUS);
    List<Attachment> outs = new ArrayList<>();
    try {
      for (int i = 0; i < 10; i++) {
        SharedBuffer buffer = export();
        write(buffer.attach(producer), i);
        outs.add(buffer.attach(strict));
      }
      Await.until("two prepare", () -> preparing.get() == 2);
      closeAll(mapAsync(producer, 12));
      assertEquals(2, preparing.get());
    } finally {
      ready.countDown();
    }
    for (int i = 0; i < 10; i++) {
      assertEquals(i, read(outs.get(i)));
    }
  }

  @Test
  void aMoverThatMakesRoomAndDoesNotCopyHoldsUpNoMaps() throws Exception {
    go.countDown();
    CountDownLatch done = new CountDownLatch(1);
    AtomicInteger copying = new AtomicInteger();
    ScriptedMover mover = new ScriptedMover();
    mover.onCopy =
        () -> {
          copying.incrementAndGet();
          Await.latch(done);
        };
    broker.close();
    cma.capacity(4 * SIZE);
    broker = builder().heuristic(new Evicting()).mover(mover).build();
    Device either =
        broker.register("either", Constraints.builder().permittedHeaps("system", "cma").build());
    Device strict = broker.register("display", CONTIGUOUS);
    for (int i = 0; i < 4; i++) { // They lie idle in the heap, with contents.
      SharedBuffer buffer = export();
      Attachment first = buffer.attach(strict);
      write(first, i);
      Attachment unused = buffer.attach(either);
      first.close();
    }
    try {
      List<CompletableFuture<Mapping>> crowded = mapAsync(strict, 4);
      Await.until("two copy", () -> copying.get() == 2);
      closeAll(mapAsync(either, 12));
      assertEquals(2, copying.get());
      done.countDown();
      closeAll(crowded);
    } finally {
      done.countDown();
    }
  }

  /** Places in the order of heaps, and moves out whatever is idle. */
  private static final class Evicting implements PlacementHeuristic {
    @Override
    public String name() {
      return "evicting";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return new InOrder().rank(request);
    }

    @Override
    public Eviction evict(Crowded crowded) {
      return new Eviction(crowded.residents().stream().map(Resident::id).toList(), 1000);
    }
  }

  @Test
  void aTimeoutSaysWhichHeapHasNotAnswered() throws Exception {
    SharedBuffer first = export();
    Attachment out = first.attach(display);
    var mapper = start(() -> out.map(Access.WRITE));
    awaitCalls(1);
    var failure =
        assertThrows(
            WaitTimeoutException.class, () -> out.map(Access.WRITE, Duration.ofMillis(20)));
    String text = String.valueOf(failure.getMessage());
    assertTrue(
        text.matches(
            "cannot map buffer-1 for display \\(WRITE\\) within 20 ms: state=ALLOCATING,"
                + " outstanding=0 \\(\\); heap cma has not answered for \\d+ ms"),
        text);
    awaitSeeking(first, "heap cma has not answered for ");
    go.countDown();
    mapper.result().close();
    assertEquals(Optional.empty(), seeking(first));
  }

  @Test
  void aTimeoutSaysThatTheSearchWaitsBehindOthers() throws Exception {
    broker.close();
    broker = builder().mapTimeout(Duration.ofSeconds(2)).build();
    Device strict = broker.register("strict", CONTIGUOUS);
    List<CompletableFuture<Mapping>> stuck = mapAsync(strict, 2);
    awaitCalls(2);
    SharedBuffer third = export();
    CompletableFuture<Mapping> behind = third.attach(strict).mapAsync(Access.WRITE);
    awaitSeeking(third, "it waits for heap cma, which has not answered the 2 calls before, for ");
    var failure = assertThrows(ExecutionException.class, () -> behind.get(30, SECONDS));
    assertSays(
        assertInstanceOf(WaitTimeoutException.class, failure.getCause()),
        "state=ALLOCATING",
        "it waits for heap cma, which has not answered the 2 calls before, for ");
    go.countDown();
    assertEquals(2, stuck.size());
    // The first call that ends gives its turn to the third search, while the second is still in the
    // heap.
    Await.until("both calls end", () -> cma.allocations() >= 2);
    Await.until("the search ends", () -> third.state() == SharedBuffer.State.UNBACKED);
    Await.until("no worker seeks", () -> seeking() == 0);
    assertEquals(2, cma.allocations(), "memory that no request waits for is not sought");
  }

  @Test
  void aMoveThatSeeksMemorySaysWhatItWaitsFor() throws Exception {
    SharedBuffer buffer = export();
    write(buffer.attach(camera), 1);
    Attachment out = buffer.attach(display);
    awaitCalls(1);
    var failure =
        assertThrows(WaitTimeoutException.class, () -> out.map(Access.READ, Duration.ofMillis(20)));
    assertSays(failure, "state=PREPARING", "heap cma has not answered for ");
    go.countDown();
    assertEquals(1, read(out));
  }

  @Test
  void aClosingBrokerDoesNotWaitForWhatHasNotBeenAskedYet() throws Exception {
    List<CompletableFuture<Mapping>> stuck = mapAsync(display, 6);
    awaitCalls(2);
    Await.until("four wait", () -> waiting() == 4);
    SharedBuffer moving = export();
    write(moving.attach(camera), 1);
    Attachment unused = moving.attach(display);
    awaitSeeking(moving, "it waits for heap cma");
    assertThrows(OutstandingMappingsException.class, broker::close);
    Await.until("two are left", () -> broker.snapshot().buffers().size() == 2);
    Await.until("the others' memory is given back", () -> system.live() == 0);
    go.countDown();
    Await.until("none is left", () -> broker.snapshot().buffers().isEmpty());
    Await.until("all memory is given back", () -> cma.live() == 0);
    assertEquals(6, stuck.size());
    assertTrue(events.moved.isEmpty());
  }

  private long seeking() {
    return broker.snapshot().buffers().stream().filter(it -> it.seeking().isPresent()).count();
  }

  private long waiting() {
    return broker.snapshot().buffers().stream()
        .filter(state -> state.seeking().filter(it -> it.contains("it waits for heap")).isPresent())
        .count();
  }
}
