package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.remote.Script.Step;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sixteen client processes go through all messages, die at any of them, and others come in their
 * place, for {@code -Ddmabroker.remote.soak=PT60S}, 5 s otherwise. What a client wrote before its
 * buffer moved it reads after that.
 */
class ClientSoakTest {
  private static final int CLIENTS = 16;

  @TempDir private Path folder;
  private final Random random = new Random(Long.getLong("dmabroker.remote.seed", 1));
  private int joins;
  private int deaths;
  private int ends;
  private int checks;
  private long steps;

  private Path socket() {
    return folder.resolve("socket");
  }

  /** A client process, and how far it is. */
  private final class Client {
    private final Puppet puppet;
    private final Script script;
    private final int value = random.nextInt() >>> 1;
    private int next;

    Client() throws IOException {
      joins++;
      puppet = new Puppet();
      puppet.connect(socket());
      script = new Script("client-" + joins);
    }

    boolean isDone() {
      return next == script.steps().size();
    }

    void step() throws IOException {
      Step step = script.steps().get(next++);
      long number = script.send(puppet, step);
      steps++;
      if (!step.answered()) {
        return;
      }
      ToClient answer = puppet.answer(number);
      script.note(step, answer);
      if (step.name().equals("write to it")) {
        assertTrue(answer.getMapped().getMemory().getHasDescriptor(), answer::toString);
        puppet.write(puppet.descriptors() - 1, 0, value);
      } else if (step.name().equals("map that moves")) {
        assertEquals("cma", answer.getMapped().getMemory().getHeap());
        assertEquals(value, puppet.read(puppet.descriptors() - 1, 0));
        checks++;
      }
    }
  }

  @Test
  void clientsComeAndDieAndContentsAreRight() throws Exception {
    Duration time = Duration.parse(System.getProperty("dmabroker.remote.soak", "PT5S"));
    List<Client> clients = new ArrayList<>();
    try (Broker broker =
            Broker.builder()
                .heuristic(new InOrder())
                .longestHold(Duration.ofMillis(200))
                .heap(ModelledHeap.builder("system").build())
                .heap(ModelledHeap.builder("cma").contiguous(true).build())
                .build();
        BrokerService service = BrokerService.builder(broker).start(socket())) {
      long end = System.nanoTime() + time.toNanos();
      try {
        do {
          round(clients);
        } while (System.nanoTime() - end < 0 || checks == 0);
      } finally {
        clients.forEach(each -> each.puppet.close());
      }
      Await.until("all have gone", () -> service.clients().isEmpty());
      Await.until("their buffers too", () -> broker.snapshot().buffers().isEmpty());
      Await.until(
          "their memory too",
          () -> broker.snapshot().heaps().stream().mapToInt(heap -> heap.backings()).sum() == 0);
    }
    System.out.println(
        "client soak: "
            + joins
            + " clients joined, "
            + deaths
            + " were killed, "
            + ends
            + " said goodbye; "
            + steps
            + " messages, contents checked "
            + checks
            + " times");
  }

  private void round(List<Client> clients) throws IOException {
    if (clients.size() < CLIENTS) {
      clients.add(new Client());
    }
    int at = random.nextInt(clients.size());
    Client client = clients.get(at);
    boolean dies = random.nextInt(150) == 0;
    if (!dies) {
      client.step();
    }
    if (dies || client.isDone()) {
      deaths += dies ? 1 : 0;
      ends += dies ? 0 : 1;
      client.puppet.close();
      clients.remove(at);
    }
  }
}
