package dev.dmabroker.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.allocators.linux.SharedMemory;
import dev.dmabroker.allocators.linux.socket.StreamListener;
import dev.dmabroker.allocators.linux.socket.StreamSocket;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.testing.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client with a sink of this test's own, which behaves or does not. */
@Timeout(60)
class UnixFdClientTest {
  private static final String CAPS =
      "video/x-raw, format=(string)NV12, width=(int)64, height=(int)16, framerate=(fraction)30/1";

  private static final int BYTES = 64 * 16 * 3 / 2;
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path folder;
  private Broker broker;
  private Device cpu;
  private StreamListener listener;
  private UnixFdClient client;
  private StreamSocket sink;
  private MessageReader releases;
  private final List<SharedMemory.Made> pool = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    broker =
        Broker.builder()
            .heap(ModelledHeap.builder("modelled-system").build())
            .heuristic(new LeastCost())
            .build();
    cpu = broker.register("cpu", Constraints.builder().cpuOnly().build());
    listener = StreamListener.at(folder.resolve("sink"), 0600);
    client = UnixFdClient.connect(broker, folder.resolve("sink"));
    sink = Objects.requireNonNull(listener.tryAccept());
    releases = new MessageReader(sink, 100, 0);
    for (int i = 0; i < 3; i++) {
      pool.add(SharedMemory.create("pool-" + i, 8192));
    }
  }

  @AfterEach
  void close() {
    client.close();
    sink.close();
    listener.close();
    broker.close();
    pool.forEach(each -> each.descriptor().close());
    pool.forEach(each -> each.memory().release());
  }

  private static NewBuffer buffer(long id, long sizeBytes, long offsetBytes) {
    return new NewBuffer(
        id,
        1000 + id,
        -1,
        -1,
        -1,
        -1,
        0,
        false,
        List.of(new NewBuffer.Memory(sizeBytes, offsetBytes)),
        Optional.empty());
  }

  private void send(long id, int of) throws Exception {
    try (Fd.Use use = pool.get(of).descriptor().use()) {
      sink.send(buffer(id, BYTES, 0).encode(), use.number());
    }
  }

  private void fill(int of, int value) {
    ByteBuffer bytes = pool.get(of).memory().bytes();
    for (int i = 0; i < BYTES; i++) {
      bytes.put(i, (byte) value);
    }
  }

  /** The next release that comes; the socket that a listener gives does not block. */
  private long released() throws IOException {
    long end = System.nanoTime() + LONG.toNanos();
    while (System.nanoTime() - end < 0) {
      Message message = releases.read(/* wait= */ false);
      if (message != null) {
        return message.releasedId();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no release came");
  }

  private static int first(PipelineFrame frame) {
    try (CpuView view = frame.mapping().cpuView()) {
      return view.bytes().get(0);
    }
  }

  @Test
  void framesAreReadWhereTheyAreAndReleased() throws Exception {
    PipelineConsumer consumer = client.consumer(cpu, Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS));
    for (int i = 0; i < 30; i++) {
      fill(i % 3, i);
      send(i, i % 3);
      try (PipelineFrame frame = consumer.take(LONG).orElseThrow()) {
        assertEquals(i, first(frame));
        assertEquals(CAPS, frame.caps());
        assertEquals(Optional.of(Duration.ofNanos(1000 + i)), frame.presentationTime());
        Layout layout = frame.mapping().layout();
        assertEquals(
            List.of(64L, 64L), layout.planes().stream().map(Layout.Plane::strideBytes).toList());
        assertEquals(1024, layout.planes().get(1).offsetBytes());
      }
      assertEquals(i, released());
    }
    assertEquals(3, broker.snapshot().buffers().size(), "each memory is adopted once");
  }

  @Test
  void theLastConsumerReleases() throws Exception {
    PipelineConsumer one = client.consumer(cpu, Policy.EVERY_FRAME);
    PipelineConsumer other =
        client.consumer(
            broker.register("other", Constraints.builder().cpuOnly().build()), Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS));
    send(1, 0);
    send(2, 1);
    PipelineFrame first = one.take(LONG).orElseThrow();
    PipelineFrame same = other.take(LONG).orElseThrow();
    first.close();
    first.close();
    one.take(LONG).orElseThrow().close();
    other.take(LONG).orElseThrow().close();
    assertEquals(2, released(), "the first is still held");
    same.close();
    assertEquals(1, released());
  }

  @Test
  void whoWantsTheLatestMissesOthers() throws Exception {
    PipelineConsumer consumer = client.consumer(cpu, Policy.LATEST);
    sink.send(Message.caps(CAPS));
    send(1, 0);
    send(2, 1);
    send(3, 2);
    assertEquals(List.of(1L, 2L), List.of(released(), released()));
    try (PipelineFrame frame = consumer.take(LONG).orElseThrow()) {
      assertEquals(Optional.of(Duration.ofNanos(1003)), frame.presentationTime());
    }
    assertEquals(3, released());
  }

  @Test
  void aSlowConsumerOfEveryFrameHoldsTheSinkUp() throws Exception {
    PipelineConsumer consumer = client.consumer(cpu, Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS));
    for (int i = 0; i < 100; i++) {
      send(i, i % 3);
    }
    for (int i = 0; i < 100; i++) {
      try (PipelineFrame frame = consumer.take(LONG).orElseThrow()) {
        assertEquals(Optional.of(Duration.ofNanos(1000 + i)), frame.presentationTime());
      }
      assertEquals(i, released());
    }
  }

  @Test
  void withoutAConsumerFramesGoBack() throws Exception {
    client.consumer(cpu, Policy.LATEST).close();
    sink.send(Message.caps(CAPS));
    send(7, 0);
    assertEquals(7, released());
  }

  @Test
  void aDeviceThatTheMemoryDoesNotSuitIsToldAndTheFrameGoesBack() throws Exception {
    Device gpu = broker.register("gpu", Constraints.none());
    PipelineConsumer consumer = client.consumer(gpu, Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS));
    send(1, 0);
    assertThrows(BrokerException.class, () -> consumer.take(LONG));
    assertEquals(1, released());
  }

  @Test
  void theEndOfThePipelineEndsTheFrames() throws Exception {
    PipelineConsumer consumer = client.consumer(cpu, Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS));
    fill(0, 42);
    send(1, 0);
    sink.send(Message.eos());
    PipelineFrame last = consumer.take(LONG).orElseThrow();
    assertEquals(Optional.empty(), consumer.take(LONG));
    assertTrue(client.isEnded());
    assertEquals(Optional.empty(), client.problem());
    sink.close();
    client.close();
    assertEquals(42, first(last), "what is held stays");
    last.close();
  }

  private void requireGivenUp(String why) {
    Await.until("it has given up", client::isEnded);
    assertTrue(client.problem().orElse("").contains(why), client.problem() + " has " + why);
  }

  @Test
  void aMemfdThatMayBeCutShortIsRefused() throws Exception {
    client.consumer(cpu, Policy.EVERY_FRAME);
    int number = LibC.calls().memfd_create(Fd.text("open"), 1 | 2);
    assertEquals(0, LibC.calls().ftruncate(number, 8192));
    try (Fd fd = new Fd(number, "an open memfd")) {
      sink.send(Message.caps(CAPS));
      sink.send(buffer(1, BYTES, 0).encode(), number);
      requireGivenUp("F_SEAL_SHRINK");
      assertEquals("an open memfd", fd.toString());
    }
  }

  @Test
  void anOrdinaryFileIsRefused() throws Exception {
    client.consumer(cpu, Policy.EVERY_FRAME);
    Path file = Files.write(folder.resolve("file"), new byte[8192]);
    int number = LibC.calls().open(Fd.text(file.toString()), LibC.O_RDWR, 0);
    try (Fd fd = new Fd(number, "a file")) {
      sink.send(Message.caps(CAPS));
      sink.send(buffer(1, BYTES, 0).encode(), number);
      requireGivenUp("no dma-buf and no memfd");
      assertFalse(fd.toString().isEmpty());
    }
  }

  @Test
  void aFrameBeyondItsFileIsRefused() throws Exception {
    client.consumer(cpu, Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS));
    try (Fd.Use use = pool.get(0).descriptor().use()) {
      sink.send(buffer(1, BYTES, 8192 - BYTES + 1).encode(), use.number());
    }
    requireGivenUp("8193 bytes");
  }

  @Test
  void aFrameThatIsTooSmallForItsCapsIsRefused() throws Exception {
    client.consumer(cpu, Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS));
    try (Fd.Use use = pool.get(0).descriptor().use()) {
      sink.send(buffer(1, BYTES - 1, 0).encode(), use.number());
    }
    requireGivenUp("does not fit its caps");
  }

  @Test
  void aBufferWithoutItsDescriptorIsRefused() throws Exception {
    client.consumer(cpu, Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS));
    sink.send(buffer(1, BYTES, 0).encode());
    requireGivenUp("with 0 descriptors");
  }

  @Test
  void capsThatAreNotUnderstoodAreRefused() throws Exception {
    client.consumer(cpu, Policy.EVERY_FRAME);
    sink.send(Message.caps(CAPS.replace("NV12", "v210")));
    send(1, 0);
    requireGivenUp("v210");
  }

  @Test
  void tooLongAMessageIsRefused() throws Exception {
    client.consumer(cpu, Policy.EVERY_FRAME);
    sink.send(
        ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putInt(2).putInt(1 << 30).flip());
    requireGivenUp("is longer than");
  }

  @Test
  void noiseIsRefusedAndLeavesNothing() throws Exception {
    Random random = new Random(4);
    for (int i = 0; i < 300; i++) {
      try (UnixFdClient victim = UnixFdClient.connect(broker, folder.resolve("sink"));
          StreamSocket noisy = Objects.requireNonNull(listener.tryAccept());
          PipelineConsumer consumer = victim.consumer(cpu, Policy.LATEST)) {
        byte[] noise = new byte[8 + random.nextInt(300)];
        random.nextBytes(noise);
        ByteBuffer header = ByteBuffer.wrap(noise).order(ByteOrder.nativeOrder());
        header.putInt(0, random.nextInt(4)).putInt(4, noise.length - 8);
        try (Fd.Use use = pool.get(0).descriptor().use()) {
          noisy.send(header, use.number());
        }
        noisy.close();
        Await.until("it has ended", victim::isEnded);
        assertEquals(Policy.LATEST, consumer.policy());
      }
    }
    Await.until("no buffer is left", () -> broker.snapshot().buffers().isEmpty());
  }
}
