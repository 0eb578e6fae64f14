package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.DuplicateNameException;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.Mapping;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharingTest {
  private static final Constraints CPU = Constraints.builder().cpuOnly().build();
  private static final Constraints CONTIGUOUS =
      Constraints.builder().cpuOnly().contiguous().build();
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private volatile Set<ClientRight> rights =
      EnumSet.complementOf(EnumSet.of(ClientRight.WATCH_ALL));
  private Broker broker;
  private BrokerService service;
  private RemoteBroker owner;
  private RemoteBroker other;

  @BeforeEach
  void serve() throws Exception {
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .heap(ModelledHeap.builder("cma").contiguous(true).build())
            .build();
    service = start();
    owner = connect("owner");
    other = connect("other");
  }

  private BrokerService start() throws Exception {
    return BrokerService.builder(broker)
        .admission(peer -> new Admitted(ClientTerms.builder().rights(rights).build()))
        .start(folder.resolve("socket"));
  }

  private RemoteBroker connect(String name) throws Exception {
    return RemoteBroker.connect(folder.resolve("socket"), name);
  }

  @AfterEach
  void end() {
    owner.close();
    other.close();
    service.close();
    broker.close();
  }

  private static void write(Attachment attachment, int value) {
    try (Mapping mapping = attachment.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, value);
    }
  }

  private static int read(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      return view.bytes().getInt(0);
    }
  }

  private static Device reader(Broker of, Constraints asked) {
    return of.register(DeviceSpec.builder("reader").constraints(asked).access(Access.READ).build());
  }

  private static String text(Class<? extends Exception> type, Runnable call) {
    return String.valueOf(assertThrows(type, call::run).getMessage());
  }

  // ---- Tokens ----

  @Test
  void aGuestThatHasGoneSeesNothingNew() throws Exception {
    SharedBuffer frame = owner.export("frame", BlobSpec.of(4096));
    Attachment mine = frame.attach(owner.register("camera", CPU));
    write(mine, 1);
    SharedBuffer theirs = other.openBuffer(owner.share(frame, Rights.of(Access.READ_WRITE)));
    Attachment in = theirs.attach(reader(other, CPU));
    try (Fd kept = keep(in)) {
      in.close();
      write(mine, 2);
      assertEquals(1, first(kept), "what was there when it left");
      assertEquals(2, read(mine));
    }
    Attachment again = theirs.attach(other.register("printer", CPU));
    try (Fd kept = keep(again)) {
      other.close(); // As if its process had died.
      Await.until("the guest has gone", () -> service.clients().size() == 1);
      write(mine, 3);
      assertEquals(2, first(kept));
    }
  }

  /** Keeps a descriptor of the memory beyond the mapping, as a driver or a process may. */
  private static Fd keep(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ)) {
      return new Fd(mapping.dupFd(), "kept");
    }
  }

  @Test
  void aTokenOpensABufferWhichLivesUntilItsLastClientHasClosedIt() {
    SharedBuffer mine = owner.export("frame", BlobSpec.of(4096));
    write(mine.attach(owner.register("camera", CPU)), 42);
    Token token = Token.parse(owner.share(mine, Rights.of(Access.READ)).text());
    assertFalse(token.toString().contains(token.text()));
    SharedBuffer theirs = other.openBuffer(token);
    assertEquals("owner/frame", theirs.name());
    Attachment in = theirs.attach(reader(other, CPU));
    assertEquals(42, read(in));
    owner.close();
    assertEquals(42, read(in));
    assertThrows(ClosedException.class, () -> other.openBuffer(token));
    in.close();
    theirs.close();
    Await.until("the buffer has gone", () -> broker.snapshot().buffers().isEmpty());
  }

  @Test
  void aWrongTokenIsAnsweredAsOneThatNeverWasAndOneThatWasRevoked() {
    SharedBuffer mine = owner.export("frame", BlobSpec.of(4096));
    Token revoked = owner.share(mine, Rights.of(Access.READ));
    assertNotEquals(revoked, owner.share(mine, Rights.of(Access.READ)));
    owner.revoke(revoked);
    byte[] near = revoked.bytes();
    near[15] ^= 1;
    String never = text(ClosedException.class, () -> other.openBuffer(Token.of(new byte[16])));
    assertEquals(never, text(ClosedException.class, () -> other.openBuffer(revoked)));
    assertEquals(never, text(ClosedException.class, () -> other.openBuffer(Token.of(near))));
    assertEquals(never, text(ClosedException.class, () -> owner.revoke(revoked)));
    Token valid = owner.share(mine, Rights.of(Access.READ));
    assertEquals(never, text(ClosedException.class, () -> other.revoke(valid)));
  }

  @Test
  void whatARevokedTokenHadOpenedIsTakenAway() {
    SharedBuffer mine = owner.export("frame", BlobSpec.of(4096));
    Token token = owner.share(mine, Rights.of(Access.READ));
    SharedBuffer theirs = other.openBuffer(token);
    Device reader = reader(other, CPU);
    Attachment in = theirs.attach(reader);
    Mapping held = in.map(Access.READ);
    owner.revoke(token);
    assertTrue(held.isOpen());
    assertThrows(ClosedException.class, () -> in.map(Access.READ, LONG));
    held.close();
    assertThrows(ClosedException.class, () -> theirs.attach(reader));
  }

  @Test
  void rightsAreKept() {
    SharedBuffer mine = owner.export("frame", BlobSpec.of(4096));
    write(mine.attach(owner.register("camera", CPU)), 1);
    SharedBuffer theirs =
        other.openBuffer(owner.share(mine, new Rights(Access.READ, false, false)));
    assertTrue(
        text(
                UnsupportedOperationException.class,
                () -> theirs.attach(other.register("writer", CPU)))
            .contains("allows READ"));
    Device display = reader(other, CONTIGUOUS);
    assertTrue(
        text(UnsupportedOperationException.class, () -> theirs.attach(display))
            .contains("may not move"));
    assertTrue(
        text(UnsupportedOperationException.class, () -> other.share(theirs, Rights.of(Access.READ)))
            .contains("pass it on"));
    SharedBuffer more = other.openBuffer(owner.share(mine, new Rights(Access.READ, true, true)));
    assertThrows(
        UnsupportedOperationException.class, () -> other.share(more, Rights.of(Access.READ_WRITE)));
    SharedBuffer again = owner.openBuffer(other.share(more, Rights.of(Access.READ)));
    assertEquals(1, read(again.attach(reader(owner, CPU))));
    assertEquals(1, read(more.attach(display)));
  }

  @Test
  void aShadowGoesNoFurtherThanTheRights() {
    SharedBuffer screen = adopted(broker);
    Attachment in = screen.attach(broker.register("camera", CPU));
    write(in, 1);
    Token readable = service.share(screen, Rights.of(Access.READ));
    Shadow copy = other.shadow(other.openBuffer(readable));
    copy.refresh(LONG);
    Attachment copied = copy.buffer().attach(other.register("editor", CPU));
    assertEquals(1, read(copied));
    write(copied, 2);
    assertTrue(
        text(UnsupportedOperationException.class, () -> copy.writeBack(LONG))
            .contains("allows READ"));
    assertEquals(1, read(in));
    service.revoke(readable);
    assertThrows(ClosedException.class, () -> copy.refresh(LONG));
    SharedBuffer writable = other.openBuffer(service.share(screen, Rights.of(Access.WRITE)));
    assertTrue(
        text(UnsupportedOperationException.class, () -> other.shadow(writable))
            .contains("allows WRITE"));
  }

  /** Memory that a buffer of the application does not leave. */
  static SharedBuffer adopted(Broker broker) {
    return broker.adopt(
        "screen",
        BlobSpec.of(4096),
        new ScriptedMemory(ScriptedHeap.ordinary().build(), /* movable= */ false, 4096, null));
  }

  @Test
  void aClientThatMayNotMoveABufferDoesNotDecideWhereItLies() {
    SharedBuffer mine = owner.export("frame", BlobSpec.of(4096));
    write(mine.attach(owner.register("camera", CPU)), 1);
    SharedBuffer theirs =
        other.openBuffer(owner.share(mine, new Rights(Access.READ, false, false)));
    Attachment in = theirs.attach(reader(other, CPU));
    for (Runnable each : List.<Runnable>of(theirs::evacuate, theirs::tryEvacuate, in::pin)) {
      String refused = text(UnsupportedOperationException.class, each);
      assertTrue(refused.contains("may not move"), refused);
    }
    assertEquals(1, read(in));
  }

  @Test
  void aClientThatMayNotWriteDoesNotDropTheContents() {
    SharedBuffer mine = owner.export("frame", BlobSpec.of(4096));
    Attachment camera = mine.attach(owner.register("camera", CPU));
    write(camera, 1);
    SharedBuffer theirs = other.openBuffer(owner.share(mine, Rights.of(Access.READ)));
    for (Runnable each : List.<Runnable>of(theirs::evacuate, theirs::tryEvacuate)) {
      String refused = text(UnsupportedOperationException.class, each);
      assertTrue(refused.contains("evacuate, which drops the contents"), refused);
    }
    assertEquals(1, read(camera));
    other.openBuffer(owner.share(mine, Rights.of(Access.WRITE))).evacuate();
    assertEquals(0, read(camera));
  }

  @Test
  void aClientWithoutTheRightMakesNoTokenAndPublishesNothing() throws Exception {
    rights = Set.of(ClientRight.EXPORT);
    try (RemoteBroker modest = connect("modest")) {
      SharedBuffer buffer = modest.export("frame", BlobSpec.of(4096));
      assertTrue(
          text(
                  UnsupportedOperationException.class,
                  () -> modest.share(buffer, Rights.of(Access.READ)))
              .contains("SHARE"));
      assertTrue(
          text(UnsupportedOperationException.class, () -> modest.tryOpenStream("video"))
              .contains("OPEN_PUBLISHED"));
    }
  }

  // ---- What the application that serves shares ----

  @Test
  void aBufferOfTheApplicationStaysItsOwn() {
    SharedBuffer mine = broker.export("still", BlobSpec.of(4096));
    Attachment in = mine.attach(broker.register("camera", CPU));
    write(in, 5);
    Token token = service.share(mine, Rights.of(Access.READ));
    SharedBuffer theirs = other.openBuffer(token);
    assertEquals("still", theirs.name());
    assertEquals(5, read(theirs.attach(reader(other, CONTIGUOUS))));
    theirs.close();
    other.close();
    assertEquals(5, read(in));
    SharedBuffer again = owner.openBuffer(token);
    assertThrows(ClosedException.class, () -> owner.revoke(token));
    service.revoke(token);
    assertThrows(ClosedException.class, () -> again.attach(reader(owner, CPU)));
    Token late = service.share(mine, Rights.of(Access.READ));
    in.close();
    mine.close();
    Await.until("it has gone", () -> broker.snapshot().buffers().isEmpty());
    assertThrows(ClosedException.class, () -> owner.openBuffer(late));
    assertTrue(
        text(ClosedException.class, () -> service.share(mine, Rights.of(Access.READ)))
            .contains("cannot share still"));
  }

  @Test
  void aStreamOfTheApplicationIsConsumedByItsName() {
    BufferStream stream =
        broker.stream(StreamSpec.of("video", BlobSpec.of(4096), broker.register("camera", CPU)));
    service.publish("front", stream);
    BufferStream theirs = video(other);
    assertTrue(
        text(DuplicateNameException.class, () -> other.publish("front", theirs))
            .contains("the service's application"));
    assertThrows(IllegalArgumentException.class, () -> service.publish(" ", stream));
    BufferStream seen = other.tryOpenStream("front").orElseThrow();
    StreamConsumer every = seen.consumer(reader(other, CPU), Policy.EVERY_FRAME);
    BufferStream filled = owner.openStream(service.share(stream, Rights.of(Access.READ_WRITE)));
    filled.start();
    submit(stream, 1);
    assertFrame(1, every);
    submit(filled, 2);
    assertFrame(2, every);
    service.withdraw("front");
    assertThrows(ClosedException.class, () -> service.withdraw("front"));
    service.publish("front", stream);
    stream.close();
    assertTrue(other.tryOpenStream("front").isEmpty());
    assertThrows(ClosedException.class, () -> service.publish("front", stream));
    other.publish("front", theirs);
  }

  // ---- Streams of several processes ----

  private static BufferStream video(RemoteBroker of) {
    return of.stream(StreamSpec.of("video", BlobSpec.of(4096), of.register("camera", CPU)));
  }

  private static void submit(BufferStream stream, int value) {
    EmptyFrame frame = stream.acquire();
    frame.mapping().cpuView().bytes().putInt(0, value);
    frame.submit();
  }

  private static void assertFrame(int value, StreamConsumer consumer) {
    try (Frame frame = consumer.take(LONG)) {
      assertEquals(value, frame.mapping().cpuView().bytes().getInt(0));
    }
  }

  @Test
  void aStreamIsConsumedByItsNameInOtherProcesses() {
    BufferStream stream = video(owner);
    owner.publish("front", stream);
    assertThrows(DuplicateNameException.class, () -> other.publish("front", video(other)));
    BufferStream seen = other.tryOpenStream("front").orElseThrow();
    assertEquals("owner/video", seen.spec().name());
    StreamConsumer every = seen.consumer(reader(other, CPU), Policy.EVERY_FRAME);
    stream.start();
    for (int value = 0; value < 10; value++) {
      submit(stream, value);
      assertFrame(value, every);
    }
    assertTrue(
        text(UnsupportedOperationException.class, () -> seen.acquire(LONG)).contains("read it"));
    assertEquals(10, seen.snapshot().submitted());
    owner.withdraw("front");
    assertTrue(other.tryOpenStream("front").isEmpty());
    submit(stream, 10);
    assertFrame(10, every);
    stream.close();
    assertThrows(ClosedException.class, () -> every.take(LONG));
  }

  @Test
  void theEndOfTheServiceIsToldBeforeTheEndsThatItCauses() throws Exception {
    for (int i = 0; i < 40; i++) {
      BufferStream stream = video(owner);
      owner.publish("front", stream);
      BufferStream seen = other.tryOpenStream("front").orElseThrow();
      StreamConsumer every = seen.consumer(reader(other, CPU), Policy.EVERY_FRAME);
      stream.start();
      CompletableFuture<Frame> waits = every.takeAsync();
      service.close();
      ExecutionException why =
          assertThrows(ExecutionException.class, () -> waits.get(30, TimeUnit.SECONDS));
      assertTrue(String.valueOf(why.getMessage()).contains("the service ends"), why::toString);
      service = start();
      owner = connect("owner");
      other = connect("other");
    }
  }

  @Test
  void aStopFindsWhatWasGivenBackBeforeIt() {
    BufferStream stream = video(owner);
    Device viewer = reader(owner, CPU);
    for (int value = 0; value < 200; value++) {
      StreamConsumer own = stream.consumer(viewer, Policy.EVERY_FRAME);
      stream.start();
      submit(stream, value);
      assertFrame(value, own);
      stream.stop(Duration.ZERO); // It would say that the frame is still held.
      own.close();
    }
  }

  @Test
  void aReaderThatHasGoneReadsNoNewFrames() throws Exception {
    BufferStream stream = video(owner);
    owner.publish("front", stream);
    StreamConsumer own = stream.consumer(reader(owner, CPU), Policy.EVERY_FRAME);
    BufferStream seen = other.tryOpenStream("front").orElseThrow();
    StreamConsumer theirs = seen.consumer(reader(other, CPU), Policy.EVERY_FRAME);
    stream.start();
    submit(stream, 1);
    assertFrame(1, own);
    List<Fd> kept = new ArrayList<>();
    try (Frame frame = theirs.take(LONG)) {
      kept.add(new Fd(frame.mapping().dupFd(), "what the reader keeps"));
      assertEquals(1, first(kept.get(0)));
    }
    other.close();
    int depth = stream.snapshot().depth();
    for (int value = 2; value < 3 + 2 * depth; value++) { // Each buffer is filled anew.
      submit(stream, value);
      assertFrame(value, own);
    }
    assertTrue(first(kept.get(0)) <= 1, "it read a frame that was not for it");
    kept.get(0).close();
  }

  /** The first word of a memfd. */
  private static int first(Fd fd) throws Exception {
    try (Fd.Use use = fd.use();
        FileChannel file = FileChannel.open(Path.of("/proc/self/fd/" + use.number()))) {
      ByteBuffer word = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder());
      file.read(word, 0);
      return word.getInt(0);
    }
  }

  @Test
  void aTokenThatLetsWriteFillsAStreamFromAnotherProcess() {
    BufferStream stream = video(owner);
    StreamConsumer every = stream.consumer(reader(owner, CPU), Policy.EVERY_FRAME);
    BufferStream filled = other.openStream(owner.share(stream, Rights.of(Access.READ_WRITE)));
    filled.start();
    submit(filled, 7);
    assertFrame(7, every);
    assertThrows(
        IllegalArgumentException.class,
        () -> other.openBuffer(owner.share(stream, Rights.of(Access.READ))));
  }

  @Test
  void aNameIsWaitedForAndFoundAgainAfterTheServiceHasRestarted() throws Exception {
    assertThrows(WaitTimeoutException.class, () -> other.openStream("front", Duration.ofMillis(1)));
    service.close();
    service = start();
    other = connect("other");
    RemoteBroker viewer = other;
    CompletableFuture<BufferStream> found =
        CompletableFuture.supplyAsync(() -> viewer.openStream("front", LONG));
    owner = connect("owner");
    BufferStream stream = video(owner);
    owner.publish("front", stream);
    StreamConsumer every =
        found.get(30, TimeUnit.SECONDS).consumer(reader(other, CPU), Policy.EVERY_FRAME);
    stream.start();
    submit(stream, 3);
    assertFrame(3, every);
  }

  // ---- What a client sees ----

  @Test
  void aClientSeesAllHeapsAndItsOwn() {
    SharedBuffer mine = owner.export("frame", BlobSpec.of(4096));
    Attachment kept = mine.attach(owner.register("camera", CPU));
    other.register("camera", CPU);
    assertEquals(List.of("camera"), names(owner));
    assertEquals(
        List.of("frame"), owner.snapshot().buffers().stream().map(it -> it.name()).toList());
    assertEquals(
        List.of("system", "cma"), other.snapshot().heaps().stream().map(it -> it.name()).toList());
    assertTrue(other.snapshot().buffers().isEmpty());
    SharedBuffer opened = other.openBuffer(owner.share(mine, Rights.of(Access.READ)));
    assertEquals(
        List.of(opened.name()), other.snapshot().buffers().stream().map(it -> it.name()).toList());
    assertEquals(List.of("owner/camera"), other.snapshot().buffers().get(0).attached());
    kept.close();
  }

  private static List<String> names(Broker of) {
    return of.snapshot().devices().stream().map(it -> it.name()).toList();
  }
}
