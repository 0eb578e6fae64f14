package dev.dmabroker.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.internal.watch.Leaks;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import dev.dmabroker.testing.ScriptedPoller;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is lost is lost in methods of its own, so that no local variable keeps it. */
class LeakTest extends Fixture {
  private final BlockingQueue<LeakFound> leaks = new LinkedBlockingQueue<>();
  private final ScriptedPoller poller = new ScriptedPoller();

  private final BrokerListener listener =
      new BrokerListener() {
        @Override
        public void leaked(LeakFound event) {
          leaks.add(event);
        }
      };

  private Device camera = restart(LeakTracking.ALWAYS);

  private Device restart(LeakTracking tracking) {
    broker.close();
    broker =
        builder()
            .leakTracking(tracking)
            .listener(listener, Delivery.IN_PLACE)
            .fencePoller(poller)
            .longestHold(Await.EMULATED)
            .mapTimeout(Await.EMULATED) // The garbage collector may take its time.
            .build();
    camera = broker.register("camera", Constraints.none());
    return camera;
  }

  /** Has the garbage collector look until the state is there. */
  private static void collectUntil(String what, BooleanSupplier state) {
    Await.until(
        what,
        Await.EMULATED,
        () -> {
          System.gc();
          return state.getAsBoolean();
        });
  }

  private LeakFound found() throws InterruptedException {
    collectUntil("a leak is found", () -> !leaks.isEmpty());
    return leaks.take();
  }

  /** Looks once more, until something is found that was lost after all the rest. */
  private void nothingElseIsFound() throws InterruptedException {
    try (Broker canary =
        Broker.builder()
            .heap(ScriptedHeap.system())
            .heuristic(new InOrder())
            .leakTracking(LeakTracking.ALWAYS)
            .listener(listener, Delivery.IN_PLACE)
            .build()) {
      lose(canary, "canary");
      assertEquals("canary", found().buffer());
      WeakReference<Object> collected = new WeakReference<>(new Object());
      collectUntil("garbage is collected", () -> collected.refersTo(null));
    }
    assertEquals(List.of(), List.copyOf(leaks));
  }

  private static void lose(Broker broker, String name) {
    SharedBuffer unused = broker.export(name, BlobSpec.of(SIZE));
  }

  private static void assertCreatedIn(String method, LeakFound leak) {
    Throwable site = leak.created().orElseThrow();
    assertTrue(
        Arrays.stream(site.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals(method)),
        () -> Arrays.toString(site.getStackTrace()));
  }

  // ---- Buffers ----

  @ParameterizedTest
  @EnumSource(names = {"SAMPLED", "ALWAYS"})
  void aLostBufferIsFoundAndItsMemoryGivenBack(LeakTracking tracking) throws Exception {
    restart(tracking);
    loseBuffer();
    LeakFound leak = found();
    assertEquals(LeakFound.Kind.BUFFER, leak.kind());
    assertEquals("lost", leak.buffer());
    assertEquals(Optional.empty(), leak.device());
    assertFalse(leak.age().isNegative());
    assertTrue(leak.age().compareTo(Duration.ofMinutes(10)) < 0, leak.age().toString());
    assertCreatedIn("loseBuffer", leak);
    assertEquals(0, system.live());
    assertEquals(1, broker.snapshot().leaks().buffers());
    assertEquals(List.of(), broker.snapshot().buffers());
  }

  private void loseBuffer() {
    SharedBuffer buffer = broker.export("lost", BlobSpec.of(SIZE));
    buffer.prepare();
  }

  @Test
  void aLostShadowIsFoundAndLetsGoOfBothSides() throws Exception {
    var memory =
        new ScriptedMemory(
            ScriptedHeap.ordinary().build(), /* movable= */ false, SIZE, /* identity= */ null);
    SharedBuffer frame = broker.adopt("frame", BlobSpec.of(SIZE), memory);
    loseShadow(frame);
    List<LeakFound.Kind> kinds = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      LeakFound leak = found();
      kinds.add(leak.kind());
      assertCreatedIn("loseShadow", leak);
    }
    kinds.sort(null);
    assertEquals(
        List.of(LeakFound.Kind.ATTACHMENT, LeakFound.Kind.ATTACHMENT, LeakFound.Kind.BUFFER),
        kinds,
        "all of it");
    Await.until("the copy is given back", () -> system.live() == 0);
    assertEquals(1, broker.snapshot().buffers().size());
    frame.close();
    assertEquals(0, memory.heap.live());
  }

  private void loseShadow(SharedBuffer frame) {
    Shadow shadow = broker.shadow(frame);
    assertEquals(SIZE, shadow.refresh(Duration.ofSeconds(10)));
  }

  @Test
  void whatIsAttachedKeepsItsBuffer() throws Exception {
    Attachment kept = broker.export("kept", BlobSpec.of(SIZE)).attach(camera);
    nothingElseIsFound();
    assertEquals("kept", kept.buffer().name());
  }

  @Test
  void whatWasClosedIsNoLeak() throws Exception {
    useAndClose();
    nothingElseIsFound();
    assertEquals(0, system.live());
  }

  private void useAndClose() {
    SharedBuffer buffer = export();
    Attachment attachment = buffer.attach(camera);
    write(attachment, 1);
    attachment.close();
    buffer.close();
  }

  @Test
  void theBrokersEndIsTheEndOfAll() throws Exception {
    loseBuffer();
    broker.close();
    nothingElseIsFound();
  }

  @Test
  void memoryOfALostBrokerIsGivenBack() {
    loseBrokerAndAll();
    collectUntil("the memory is given back", () -> system.live() == 0);
  }

  private void loseBrokerAndAll() {
    loseBuffer();
    broker = builder().build();
    camera = broker.register("camera", Constraints.none());
  }

  // ---- Attachments ----

  @Test
  void aLostAttachmentIsDetached() throws Exception {
    SharedBuffer buffer = export();
    Attachment kept = buffer.attach(camera);
    loseAttachment(buffer);
    LeakFound leak = found();
    assertEquals(LeakFound.Kind.ATTACHMENT, leak.kind());
    assertEquals(Optional.of("display"), leak.device());
    assertCreatedIn("loseAttachment", leak);
    assertEquals(List.of("camera"), broker.snapshot().buffers().get(0).attached());
    assertEquals(1, broker.snapshot().leaks().attachments());
    write(kept, 1);
    assertEquals(Optional.of("system"), buffer.heapName(), "the display does not count any more");
  }

  private void loseAttachment(SharedBuffer buffer) {
    Device display = broker.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).build());
    Attachment lost = buffer.attach(display);
    Subscription unused =
        lost.onMove(generation -> assertNotNull(lost.buffer())); // Refers to itself.
  }

  @Test
  void aRefusedAttachmentIsNone() throws Exception {
    SharedBuffer buffer = export();
    refuse(buffer);
    nothingElseIsFound();
    assertEquals(SharedBuffer.State.UNBACKED, buffer.state());
  }

  private void refuse(SharedBuffer buffer) {
    Device impossible =
        broker.register(
            "impossible", Constraints.builder().forbiddenHeaps("system", "cma").build());
    try {
      Attachment unused = buffer.attach(impossible);
      throw new AssertionError("attached");
    } catch (UnsatisfiableException e) {
      assertNotNull(e);
    }
  }

  @Test
  void aPinKeepsItsAttachment() throws Exception {
    Pin pin = export().attach(camera).pin();
    nothingElseIsFound();
    assertEquals("system", pin.heapName());
    assertEquals(1, pin.generation());
    assertEquals("camera", pin.attachment().device().name());
    pin.close();
    assertNotNull(pin.toString());
  }

  @Test
  void aMapThatWaitsKeepsItsAttachment() throws Exception {
    waitsAndKeepsIts(attachment -> attachment.mapAsync(Access.READ));
  }

  @Test
  void aMapThatWaitsForItsOwnTimeKeepsItsAttachment() throws Exception {
    waitsAndKeepsIts(attachment -> attachment.mapAsync(Access.READ, Await.EMULATED));
  }

  private void waitsAndKeepsIts(Function<Attachment, CompletableFuture<Mapping>> map)
      throws Exception {
    SharedBuffer frame = broker.export("frame", BlobSpec.of(SIZE));
    try (Attachment in = frame.attach(camera)) {
      Mapping written = in.map(Access.WRITE);
      CompletableFuture<Mapping> waits = map.apply(frame.attach(display()));
      nothingElseIsFound();
      written.close();
      try (Mapping mapping = waits.get(Await.EMULATED.toSeconds(), TimeUnit.SECONDS)) {
        assertEquals("cma", mapping.heapName());
      }
    }
  }

  private Device display() {
    return broker.register("display", Constraints.builder().contiguous().build());
  }

  @Test
  void moveListenersAreStillTold() throws Exception {
    BlockingQueue<Long> generations = new LinkedBlockingQueue<>();
    Attachment attachment = export().attach(camera);
    Subscription unused = attachment.onMove(generations::add);
    write(attachment, 1);
    System.gc();
    Device display = broker.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).build());
    try (Attachment out = attachment.buffer().attach(display)) {
      assertEquals(1, read(out));
      assertEquals(2, Events.next(generations));
    }
    assertNotNull(attachment.toString());
  }

  // ---- Mappings ----

  @Test
  void aLostMappingIsFoundAndWhatWaitsForItGoesOn() throws Exception {
    Attachment in = export().attach(camera);
    write(in, 7);
    loseMapping(in);
    Device display = broker.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).build());
    Attachment out = in.buffer().attach(display);
    Running<Long> waiting = start(() -> read(out)).parked();
    LeakFound leak = found();
    assertEquals(LeakFound.Kind.MAPPING, leak.kind());
    assertEquals(Optional.of("camera"), leak.device());
    assertEquals(Optional.of(Access.WRITE), leak.access());
    assertCreatedIn("loseMapping", leak);
    assertEquals(7, waiting.result());
    assertEquals(1, broker.snapshot().leaks().mappings());
    assertEquals(Optional.of("cma"), in.buffer().heapName());
  }

  @Test
  void nothingIsKeptOfWhatWasClosedOrFound() throws Exception {
    Set<Object> before = Leaks.kept();
    Attachment attachment = export().attach(camera);
    write(attachment, 7);
    assertEquals(1, keptSince(before).size(), "the broker, as it has a buffer");
    Mapping closed = attachment.map(Access.READ);
    Mapping fenced = attachment.map(Access.READ);
    assertEquals(3, keptSince(before).size());
    SyncFile fence = new SyncFile(78);
    fenced.closeAfter(fence);
    assertEquals(2, keptSince(before).size(), "nobody can lose it any more");
    closed.close();
    poller.signal(fence);
    loseMapping(attachment);
    assertEquals(LeakFound.Kind.MAPPING, found().kind());
    assertEquals(1, keptSince(before).size());
    attachment.close();
    attachment.buffer().close();
    assertEquals(Set.of(), keptSince(before));
  }

  private static Set<Object> keptSince(Set<Object> before) {
    Set<Object> kept = new HashSet<>(Leaks.kept());
    kept.removeAll(before);
    return kept;
  }

  private static void loseMapping(Attachment attachment) {
    Mapping unused = attachment.map(Access.WRITE);
  }

  @Test
  void aMappingOfAMapThatWaitedIsFoundToo() throws Exception {
    Attachment in = export().attach(camera);
    Mapping held = in.map(Access.WRITE);
    Device display = broker.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).build());
    Attachment out = in.buffer().attach(display);
    Running<Boolean> waiting =
        start(
            () -> {
              loseMapping(out);
              return true;
            });
    waiting.parked();
    held.close();
    assertTrue(waiting.result());
    LeakFound leak = found();
    assertEquals(Optional.of("display"), leak.device());
    assertCreatedIn("loseMapping", leak);
    assertNotNull(out.toString());
  }

  @Test
  void aLostViewIsFound() throws Exception {
    Attachment in = export().attach(camera);
    try (Mapping mapping = in.map(Access.READ)) {
      loseView(mapping);
      LeakFound leak = found();
      assertEquals(LeakFound.Kind.MAPPING, leak.kind());
      assertCreatedIn("loseView", leak);
      assertTrue(mapping.isOpen());
    }
    assertTrue(in.buffer().tryEvacuate());
  }

  private static void loseView(Mapping mapping) {
    CpuView unused = mapping.cpuView();
  }

  @Test
  void aMappingThatWaitsForItsFenceIsNotLost() throws Exception {
    SyncFile fence = new SyncFile(77);
    Attachment in = export().attach(camera);
    closeAfter(in, fence);
    nothingElseIsFound();
    assertEquals(1, broker.snapshot().buffers().get(0).holders().size());
    poller.signal(fence);
    assertEquals(0, broker.snapshot().buffers().get(0).holders().size());
    assertNotNull(in.toString());
  }

  private static void closeAfter(Attachment in, SyncFile fence) {
    in.map(Access.WRITE).closeAfter(fence);
  }

  @Test
  void whoDoesNotTrackIsToldNothing() throws Exception {
    restart(LeakTracking.NEVER);
    Attachment in = export().attach(camera);
    loseMapping(in);
    loseAttachment(in.buffer());
    loseBuffer();
    nothingElseIsFound();
    assertEquals(2, broker.snapshot().buffers().size());
    assertEquals(1, broker.snapshot().buffers().stream().mapToInt(it -> it.holders().size()).sum());
    assertNotNull(in.toString());
  }

  /** The compiled code may do without the mapping, but not forget that it is there. */
  @Test
  void mappingsInUseAreNotTakenForLost() throws Exception {
    Attachment in = export().attach(camera);
    Running<Boolean> collector =
        start(
            () -> {
              for (int i = 0; i < 20; i++) {
                System.gc();
              }
              return true;
            });
    long maps = 0;
    while (collector.thread().isAlive()) {
      try (Mapping mapping = in.map(Access.READ)) {
        maps += mapping.isOpen() ? 1 : 0;
        Thread.onSpinWait();
        assertTrue(mapping.isOpen());
      }
    }
    assertTrue(collector.result());
    assertTrue(maps > 0);
    nothingElseIsFound();
    assertNotNull(in.toString());
  }
}
