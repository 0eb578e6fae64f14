package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.remote.Script.Step;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends changed messages and forged words for a while: {@code -Ddmabroker.remote.fuzz=PT5M}, 10 s
 * otherwise, from the seed {@code -Ddmabroker.remote.seed}, 1 otherwise. What once found a defect
 * is in the corpus, and is sent first.
 */
class ProtocolFuzzTest {
  private static final Path CORPUS = Path.of("src/test/corpus/messages.hex");

  /** What a client is meant to see: what the API throws for what an application did. */
  private static final Set<String> MEANT =
      Set.of(
          "AllocationException",
          "BudgetExceededException",
          "BusyException",
          "ClosedException",
          "DescriptorException",
          "DuplicateNameException",
          "IllegalArgumentException",
          "IllegalStateException",
          "InvalidConstraintException",
          "LeftOutException",
          "MoveFailedException",
          "OutstandingMappingsException",
          "PinnedException",
          "SearchLimitException",
          "StreamStoppedException",
          "UndeclaredAccessException",
          "UnsatisfiableException",
          "UnsupportedOperationException",
          "WaitInterruptedException",
          "WaitTimeoutException",
          "WouldDeadlockException");

  private static final int MESSAGES = 150;

  @TempDir private Path folder;
  private final Random random = new Random(Long.getLong("dmabroker.remote.seed", 1));
  private final WireMutator mutator = new WireMutator(random);
  private final Map<String, Integer> failures = new TreeMap<>();
  private final List<byte[]> recent = new ArrayList<>();
  private long sent;
  private int connections;
  private int letGo;

  @Test
  void noMessageAndNoWordHurtsTheServiceOrOthers() throws Exception {
    Duration time = Duration.parse(System.getProperty("dmabroker.remote.fuzz", "PT10S"));
    Path socket = folder.resolve("socket");
    ClientLimits limits = ClientLimits.builder().memoryBytes(1 << 24).build();
    try (Broker broker =
            Broker.builder()
                .heuristic(new InOrder())
                .longestHold(Duration.ofMillis(100))
                .heap(ModelledHeap.builder("system").build())
                .heap(ModelledHeap.builder("cma").contiguous(true).build())
                .build();
        BrokerService service =
            BrokerService.builder(broker)
                .admission(AdmissionRule.ownUser(ClientTerms.builder().limits(limits).build()))
                .start(socket);
        RemoteBroker other = RemoteBroker.connect(socket, "other")) {
      Attachment others =
          other
              .export("others", BlobSpec.of(4096))
              .attach(other.register("cpu", Constraints.builder().cpuOnly().build()));
      long end = System.nanoTime() + time.toNanos();
      List<byte[]> corpus = corpus();
      do {
        fuzz(socket, corpus);
        corpus = List.of();
        undisturbed(others);
        Await.until("the client has gone", () -> service.clients().size() == 1);
        Await.until("its buffers too", () -> broker.snapshot().buffers().size() == 1);
        Await.until("its devices too", () -> broker.snapshot().devices().size() == 1);
        Await.until("its streams too", () -> broker.snapshot().streams().isEmpty());
      } while (System.nanoTime() - end < 0);
      Await.until(
          "its memory too",
          () -> broker.snapshot().heaps().stream().mapToInt(heap -> heap.backings()).sum() == 1);
    }
    System.out.println(
        "protocol fuzz: "
            + sent
            + " messages on "
            + connections
            + " connections, "
            + letGo
            + " let go; failures "
            + failures);
  }

  private static List<byte[]> corpus() throws IOException {
    List<byte[]> messages = new ArrayList<>();
    for (String line : Files.readAllLines(CORPUS)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        messages.add(HexFormat.of().parseHex(line.strip()));
      }
    }
    return messages;
  }

  private static void undisturbed(Attachment others) {
    try (Mapping mapping = others.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putInt(0, view.bytes().getInt(0) + 1);
    }
  }

  private void fuzz(Path socket, List<byte[]> first) throws IOException {
    connections++;
    recent.clear();
    Script script = new Script("fuzzer");
    List<byte[]> messages = new ArrayList<>();
    try (Puppet puppet = new Puppet()) {
      puppet.connect(socket);
      int prefix = random.nextInt(script.steps().size());
      for (Step step : script.steps().subList(0, prefix)) {
        long number = script.send(puppet, step);
        if (step.answered()) {
          script.note(step, puppet.answer(number));
        }
      }
      script.steps().forEach(step -> messages.add(Puppet.bytes(step.request().get().setNumber(9))));
      for (byte[] message : first) {
        if (!send(puppet, message)) {
          return;
        }
      }
      for (int at = 0; at < MESSAGES; at++) {
        byte[] message = messages.get(random.nextInt(messages.size()));
        for (int times = random.nextInt(4); times > 0; times--) {
          message = mutator.mutate(message);
        }
        if (prefix > 0 && random.nextInt(8) == 0) {
          puppet.forge(0, 8 * random.nextInt(512), random.nextInt());
        }
        message = numbered(message, at);
        if (message.length > 0 && message.length <= 65536 && !send(puppet, message)) {
          return;
        }
      }
    }
  }

  /**
   * Mostly messages with numbers of their own, as others end the connection; some as they are, and
   * some without a number.
   */
  private byte[] numbered(byte[] message, int at) {
    int kind = random.nextInt(200);
    if (kind == 0) {
      return message;
    }
    try {
      return ToService.parseFrom(message).toBuilder()
          .setNumber(kind < 20 ? 0 : 1000 + at)
          .build()
          .toByteArray();
    } catch (InvalidProtocolBufferException e) {
      return random.nextInt(200) == 0 ? message : new byte[0];
    }
  }

  /** Sends a message with descriptors at random, and reads what comes; false at the end. */
  private boolean send(Puppet puppet, byte[] message) throws IOException {
    sent++;
    recent.add(message);
    String kinds = random.nextInt(6) == 0 ? "prmsexn".substring(random.nextInt(7)) : "";
    if (puppet.sendBytes(message, kinds) < 0) {
      return false;
    }
    while (true) {
      @Nullable ToClient answer = puppet.receiveNow();
      if (answer == null) {
        return true;
      }
      if (answer.hasLettingGo()) {
        letGo++;
        return false;
      }
      if (answer.hasFailure()) {
        String kind = answer.getFailure().getKind();
        failures.merge(kind, 1, Integer::sum);
        assertTrue(
            MEANT.contains(kind),
            () -> kind + ": " + answer.getFailure().getText() + " after\n" + lastMessages());
      }
    }
  }

  private String lastMessages() {
    StringBuilder text = new StringBuilder();
    for (byte[] each : recent.subList(Math.max(0, recent.size() - 8), recent.size())) {
      text.append(HexFormat.of().formatHex(each)).append('\n');
    }
    return text.toString();
  }

  @Test
  void theCorpusIsOfMessagesThatTheProtocolHas() throws Exception {
    assertEquals(List.of(), new Script("fuzzer").missing());
    assertTrue(corpus().size() > 0);
  }
}
