package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.BufferStream;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.DescriptorException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.DeviceProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that have no descriptor left, for which the kernel delivers messages without theirs.
 * The service runs in a process of its own; the clients run in this one.
 */
class DescriptorLimitTest {
  private static final Constraints CPU = Constraints.builder().cpuOnly().build();
  private static final Constraints CONTIGUOUS =
      Constraints.builder().cpuOnly().contiguous().build();
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final long SELF = ProcessHandle.current().pid();

  @TempDir private Path folder;
  private Path socket;
  private Process service;
  private RemoteBroker other;
  private Attachment others;
  private RemoteBroker remote;
  private Device camera;
  private int buffers;

  @BeforeAll
  static void loadClasses() {
    NoDescriptors.loadClasses();
  }

  @BeforeEach
  void serve() throws Exception {
    socket = folder.resolve("socket");
    service = ServiceMain.start(socket);
    other = RemoteBroker.connect(socket, "other");
    others = other.export("others", BlobSpec.of(4096)).attach(other.register("cpu", CPU));
    write(others, 42);
    remote = RemoteBroker.connect(socket, "player");
    camera = remote.register("camera", CPU);
    write(attached(), 1); // What is needed once for a process is there from now on.
  }

  @AfterEach
  void end() throws Exception {
    assertEquals(42, read(others));
    remote.close();
    other.close();
    service.destroyForcibly();
    assertTrue(service.waitFor(60, TimeUnit.SECONDS));
  }

  private static void write(Attachment attachment, int value) {
    try (Mapping mapping = attachment.map(Access.WRITE, LONG);
        CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, value);
    }
  }

  private static int read(Attachment attachment) {
    try (Mapping mapping = attachment.map(Access.READ, LONG);
        CpuView view = mapping.cpuView()) {
      return view.bytes().getInt(0);
    }
  }

  /** A new buffer's attachment. */
  private Attachment attached() {
    return remote.export("frame-" + ++buffers, BlobSpec.of(4096)).attach(camera);
  }

  /** An attempt that fails for want of a descriptor. */
  private interface Attempt {
    void run() throws Exception;
  }

  /**
   * Makes attempts in a process without descriptors until one is refused: a thread of the process
   * may have given one back.
   */
  private static DescriptorException refusal(long pid, Attempt attempt) throws Exception {
    try (NoDescriptors limit = NoDescriptors.of(pid)) {
      for (int tries = 0; tries < 20; tries++) {
        try {
          attempt.run();
        } catch (DescriptorException refused) {
          return refused;
        }
        limit.leave(0);
      }
    }
    throw new AssertionError("no attempt was refused");
  }

  private static void assertTransient(String words, DescriptorException refused) {
    String text = String.valueOf(refused.getMessage());
    assertTrue(text.contains(words), text);
    assertTrue(refused.isTransient(), text);
  }

  /** Nothing of a buffer is in use, so it moves at once for a device of another kind. */
  private void assertMoves(SharedBuffer buffer) {
    Device display = remote.register("display-" + ++buffers, CONTIGUOUS);
    try (Attachment out = buffer.attach(display);
        Mapping mapping = out.map(Access.READ, LONG)) {
      assertEquals("cma", mapping.heapName());
    }
  }

  // ---- The client ----

  @Test
  void aMapWithoutItsDescriptorIsGivenBackAndTheNextOneHasIt() throws Exception {
    List<Attachment> fresh = new ArrayList<>();
    for (int at = 0; at < 20; at++) {
      fresh.add(attached());
      fresh.get(at).buffer().prepare();
    }
    Attachment[] last = new Attachment[1];
    DescriptorException refused =
        refusal(
            SELF,
            () -> {
              last[0] = fresh.remove(0);
              last[0].map(Access.WRITE, LONG).close();
            });
    assertTransient("ulimit -n", refused);
    write(last[0], 7);
    assertEquals(7, read(last[0]));
    assertMoves(last[0].buffer());
    assertEquals(7, read(last[0]));
  }

  @Test
  void aMapByMessageWithoutItsDescriptorIsGivenBackToo() throws Exception {
    remote.close();
    // Enough for the connection, its process and the doorbell, and too few for a page.
    try (NoDescriptors unused = NoDescriptors.but(3, service.pid())) {
      remote = RemoteBroker.connect(socket, "messenger");
    }
    camera = remote.register("camera", CPU);
    aMapWithoutItsDescriptorIsGivenBackAndTheNextOneHasIt();
  }

  @Test
  void framesWithoutTheirDescriptorsAreGivenBack() throws Exception {
    BufferStream video =
        remote.stream(
            StreamSpec.builder("video", BlobSpec.of(4096), camera)
                .minBuffers(1)
                .maxBuffers(1)
                .build());
    video.start();
    remote.publish("video", video);
    BufferStream theirs = other.openStream("video", LONG);
    StreamConsumer consumer = theirs.consumer(other.register("viewer", CPU), Policy.EVERY_FRAME);
    assertTransient("ulimit -n", refusal(SELF, () -> video.acquire(LONG).close()));
    try (EmptyFrame empty = video.acquire(LONG);
        CpuView view = empty.mapping().cpuView()) {
      view.bytes().putInt(0, 7);
      view.close();
      empty.submit();
    }
    assertTransient("ulimit -n", refusal(SELF, () -> consumer.take(LONG).close()));
    // Its only buffer is free again, and comes with its descriptor.
    try (EmptyFrame empty = video.acquire(LONG);
        CpuView view = empty.mapping().cpuView()) {
      view.bytes().putInt(0, 8);
      view.close();
      empty.submit();
    }
    try (Frame frame = consumer.take(LONG);
        CpuView view = frame.mapping().cpuView()) {
      assertEquals(8, view.bytes().getInt(0));
    }
  }

  @Test
  void aProbeWhoseSampleIsLostKnowsNothing() throws Exception {
    Device[] made = new Device[1];
    try (NoDescriptors unused = NoDescriptors.of(SELF)) {
      made[0] =
          remote.register(
              DeviceSpec.builder("prober").constraints(CPU).probe(new AcceptsAll()).build());
    }
    String findings = made[0].findings().toString();
    assertTrue(findings.contains("the descriptor was lost"), findings);
    write(remote.export("probed", BlobSpec.of(4096)).attach(made[0]), 1);
  }

  private static final class AcceptsAll implements DeviceProbe {
    @Override
    public String name() {
      return "accepts all";
    }

    @Override
    public Sample sample(Constraints declared) {
      return new Sample(4096, BlobSpec.of(4096).layout());
    }

    @Override
    public Answer tryImport(dev.dmabroker.spi.Backing backing, Sample sample) {
      return new Answer(Verdict.ACCEPTED, "it does");
    }
  }

  @Test
  void connectingWithoutDescriptorsIsATypedError() throws Exception {
    try (NoDescriptors unused = NoDescriptors.of(SELF)) {
      IOException none =
          assertThrows(IOException.class, () -> RemoteBroker.connect(socket, "third").close());
      assertTrue(String.valueOf(none.getMessage()).contains("EMFILE"), none::getMessage);
    }
    try (NoDescriptors unused = NoDescriptors.but(1, SELF)) {
      DescriptorException one =
          assertThrows(
              DescriptorException.class, () -> RemoteBroker.connect(socket, "third").close());
      assertTransient("ulimit -n", one);
    }
    RemoteBroker.connect(socket, "third").close();
  }

  // ---- The service ----

  @Test
  void aFenceThatIsLostChangesNothingAndOthersGoOn() throws Exception {
    Attachment in = attached();
    write(in, 5);
    Mapping mapping = in.map(Access.WRITE, LONG);
    try (Mapping noFence = others.map(Access.READ)) {
      SyncFile fence = new SyncFile(noFence.fd());
      DescriptorException refused =
          refusal(
              service.pid(),
              () -> {
                assertEquals(42, read(others));
                try {
                  mapping.closeAfter(fence);
                } catch (IllegalArgumentException there) {
                  // It came, as the service had given a descriptor back.
                }
              });
      assertTransient("no descriptor left", refused);
    }
    assertTrue(mapping.isOpen());
    try (CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, 6);
    }
    mapping.close();
    assertEquals(6, read(in));
    assertMoves(in.buffer());
  }

  @Test
  void aMapThatCannotBeSentHoldsNothing() throws Exception {
    List<Attachment> fresh = new ArrayList<>();
    for (int at = 0; at < 20; at++) {
      fresh.add(attached());
      fresh.get(at).buffer().prepare();
    }
    Attachment[] last = new Attachment[1];
    DescriptorException refused =
        refusal(
            service.pid(),
            () -> {
              last[0] = fresh.remove(0);
              last[0].map(Access.WRITE, LONG).close();
            });
    assertTransient("cannot send memory", refused);
    write(last[0], 7);
    assertMoves(last[0].buffer());
    assertEquals(7, read(last[0]));
  }

  @Test
  void aClientThatConnectsMeanwhileIsTakenLater() throws Exception {
    CompletableFuture<RemoteBroker> connecting;
    try (NoDescriptors unused = NoDescriptors.of(service.pid())) {
      connecting =
          CompletableFuture.supplyAsync(
              () -> {
                while (true) {
                  try {
                    return RemoteBroker.connect(socket, "late");
                  } catch (ClosedException e) {
                    // The last descriptor was enough to take it, and not to know its process.
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                }
              });
      for (int round = 0; round < 10; round++) {
        assertEquals(42, read(others));
        assertEquals(2, other.snapshot().heaps().size());
      }
    }
    try (RemoteBroker late = connecting.get(60, TimeUnit.SECONDS)) {
      assertEquals("late", late.name());
    }
  }

  @Test
  void aClientThatTakesTheLastDescriptorIsToldSo() throws Exception {
    String text = "";
    List<RemoteBroker> taken = new ArrayList<>(); // What they have does not become free meanwhile.
    try (NoDescriptors limit = NoDescriptors.but(1, service.pid())) {
      for (int tries = 0; tries < 20 && text.isEmpty(); tries++) {
        try {
          taken.add(RemoteBroker.connect(socket, "last"));
          limit.leave(1); // A thread of the service had just given descriptors back.
        } catch (ClosedException e) {
          text = String.valueOf(e.getMessage());
        }
      }
    }
    taken.forEach(RemoteBroker::close);
    assertTrue(text.contains("have the service given more descriptors (ulimit -n)"), text);
  }
}
