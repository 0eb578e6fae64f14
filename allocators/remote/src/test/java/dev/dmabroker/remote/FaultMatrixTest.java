package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.remote.Script.Step;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every fault at every message of every exchange: a client dies, stops or is cut off, and the
 * service dies. The others go on, contents are right, and nothing is left.
 */
class FaultMatrixTest {
  private static final Constraints CPU = Constraints.builder().cpuOnly().build();
  private static final Constraints CONTIGUOUS =
      Constraints.builder().cpuOnly().contiguous().build();

  /** Each fault strikes at one of so many messages, each at others; at all of them unless set. */
  private static final int STRIDE = Integer.getInteger("dmabroker.remote.matrix", 1);

  private static final AtomicInteger CASES = new AtomicInteger();

  @TempDir private static Path folder;
  private static Path socket;
  private static Broker broker;
  private static BrokerService service;
  private static RemoteBroker other;
  private static Attachment near;
  private static Attachment far;
  private static int contents;
  private static int descriptors;
  private static long mappings;
  private static List<String> dmaBufs;

  /** What happens to a client at a message. */
  enum Fault {
    KILLED_BEFORE {
      @Override
      void strike(Puppet puppet, Script script, Step step) {
        puppet.kill();
      }
    },
    KILLED_AFTER_IT_HAS_SENT {
      @Override
      void strike(Puppet puppet, Script script, Step step) throws IOException {
        script.send(puppet, step);
        puppet.kill();
      }
    },
    KILLED_AFTER_THE_ANSWER {
      @Override
      void strike(Puppet puppet, Script script, Step step) throws IOException {
        perform(puppet, script, step);
        puppet.kill();
      }
    },
    STOPPED_AND_GOES_ON {
      @Override
      void strike(Puppet puppet, Script script, Step step) throws IOException {
        long number = script.send(puppet, step);
        puppet.stop();
        undisturbed();
        puppet.goOn();
        if (step.answered()) {
          script.note(step, puppet.answer(number));
        }
        puppet.kill();
      }
    },
    STOPPED_AND_KILLED {
      @Override
      void strike(Puppet puppet, Script script, Step step) throws IOException {
        script.send(puppet, step);
        puppet.stop();
        undisturbed();
        puppet.kill();
      }
    },
    KILLED_WHILE_A_FORK_KEEPS_ALL {
      @Override
      void strike(Puppet puppet, Script script, Step step) throws IOException {
        script.send(puppet, step);
        long fork = puppet.fork();
        puppet.kill();
        undisturbed();
        gone();
        Puppet.signal("KILL", fork);
      }
    },
    CUT_OFF_AND_KILLED {
      @Override
      void strike(Puppet puppet, Script script, Step step) throws IOException {
        script.send(puppet, step);
        puppet.disconnect();
        undisturbed();
        puppet.kill();
      }
    };

    abstract void strike(Puppet puppet, Script script, Step step) throws IOException;
  }

  @BeforeAll
  static void serve() throws Exception {
    socket = folder.resolve("socket");
    broker =
        TestHeaps.addTo(
                Broker.builder().heuristic(new InOrder()).longestHold(Duration.ofMillis(200)))
            .build();
    service = BrokerService.builder(broker).start(socket);
    other = RemoteBroker.connect(socket, "other");
    SharedBuffer buffer = other.export("others", BlobSpec.of(4096));
    near = buffer.attach(other.register("near", CPU));
    far = buffer.attach(other.register("far", CONTIGUOUS));
    undisturbed();
    new Puppet().close(); // It is compiled now.
    descriptors = descriptors();
    mappings = mappings();
    dmaBufs = TestHeaps.dmaBufs();
  }

  @AfterAll
  static void end() {
    System.out.println(
        "fault matrix: %s cases; %d dma-bufs before, and %d after"
            .formatted(CASES, dmaBufs.size(), TestHeaps.dmaBufs().size()));
    other.close();
    service.close();
    broker.close();
  }

  private static int descriptors() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  private static long mappings() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains("/memfd:")).count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The other client does what it did before, and its contents are right. */
  private static void undisturbed() {
    int next = contents + 1;
    try (Mapping mapping = near.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      assertEquals(contents, view.bytes().getInt(0));
      view.bytes().putInt(0, next);
    }
    contents = next;
    try (Mapping mapping = far.map(Access.READ);
        CpuView view = mapping.cpuView()) {
      assertEquals(next, view.bytes().getInt(0));
    }
    try (SharedBuffer fresh = other.export("fresh", BlobSpec.of(4096))) {
      assertEquals("fresh", fresh.name().substring(fresh.name().lastIndexOf('/') + 1));
    }
  }

  /** Nothing is left of the client that has gone. */
  private static void gone() {
    Await.until("the client has gone", () -> service.clients().size() == 1);
    Await.until("its buffers too", () -> broker.snapshot().buffers().size() == 1);
    Await.until("its devices too", () -> broker.snapshot().devices().size() == 2);
    Await.until("its streams too", () -> broker.snapshot().streams().isEmpty());
    Await.until(
        "its memory too",
        () -> broker.snapshot().heaps().stream().mapToInt(heap -> heap.backings()).sum() == 1);
    Await.until("its descriptors too", () -> descriptors() <= descriptors);
    Await.until("its mappings too", () -> mappings() <= mappings);
    assertEquals(4096, service.clients().get(0).memoryBytes());
  }

  private static void perform(Puppet puppet, Script script, Step step) throws IOException {
    long number = script.send(puppet, step);
    if (step.answered()) {
      script.note(step, puppet.answer(number));
    }
  }

  private static Puppet upTo(Path socket, Script script, int index) throws IOException {
    Puppet puppet = new Puppet();
    try {
      puppet.connect(socket);
      for (Step step : script.steps().subList(0, index)) {
        try {
          perform(puppet, script, step);
        } catch (AssertionError e) {
          throw new AssertionError("no answer to " + step.name(), e);
        }
      }
      return puppet;
    } catch (IOException | RuntimeException | Error e) {
      puppet.close();
      throw e;
    }
  }

  @Test
  void everyMessageIsInTheScript() {
    assertEquals(List.of(), new Script("victim").missing());
  }

  @ParameterizedTest
  @EnumSource
  void othersGoOnAndNothingIsLeft(Fault fault) throws Exception {
    int count = new Script("victim").steps().size();
    int first = List.of(Fault.values()).indexOf(fault) % STRIDE;
    for (int index = first; index < count; index += STRIDE) {
      Script script = new Script("victim");
      Step step = script.steps().get(index);
      try (Puppet puppet = upTo(socket, script, index)) {
        fault.strike(puppet, script, step);
        undisturbed();
      } catch (Throwable e) {
        throw new AssertionError(fault + " at " + step.name(), e);
      }
      try {
        gone();
        Await.until("the kernel has its memory", () -> TestHeaps.dmaBufs().equals(dmaBufs));
      } catch (AssertionError e) {
        throw new AssertionError("after " + fault + " at " + step.name(), e);
      }
      CASES.incrementAndGet();
    }
  }

  /**
   * The service is killed once, while clients are at all messages: each is told by the end of its
   * connection, has what it had mapped, and connects to the next life of the service.
   */
  @Test
  void clientsOutliveTheService() throws Exception {
    Path path = folder.resolve("mortal");
    List<Puppet> puppets = new ArrayList<>();
    Process mortal = ServiceMain.start(path);
    try {
      int count = new Script("victim").steps().size() - 1; // A client that said goodbye has gone.
      for (int index = 1; index < 2 * count; index++) {
        Script script = new Script("victim");
        Puppet puppet = upTo(path, script, index / 2);
        puppets.add(puppet);
        if (index % 2 == 1) {
          script.send(puppet, script.steps().get(index / 2));
        }
      }
      mortal.destroyForcibly().waitFor();
      for (Puppet puppet : puppets) {
        while (puppet.receive() != null) {
          // It was sent before the end.
        }
        for (int at = 0; at < puppet.descriptors(); at++) {
          puppet.read(at, 0); // A signal would end the puppet, and the reply would not come.
        }
      }
      mortal = ServiceMain.start(path);
      for (Puppet puppet : puppets) {
        puppet.connect(path);
        ToClient welcome = puppet.ask(Puppet.hello("again"));
        assertTrue(welcome.hasWelcome(), welcome::toString);
        CASES.incrementAndGet();
      }
    } finally {
      puppets.forEach(Puppet::close);
      mortal.destroyForcibly();
    }
  }
}
