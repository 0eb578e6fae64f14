package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.StubHeap;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is discovered does not depend on the order in which the JDK finds its providers. */
class DiscoveryOrderTest {
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  /** A provider that finds heaps. */
  private abstract static class Finds implements HeapProvider {
    private final String name;
    private final List<Finding> found;

    Finds(String name, String... heaps) {
      this.name = name;
      this.found = Stream.of(heaps).<Finding>map(heap -> new Open(StubHeap.named(heap))).toList();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public List<Finding> discover() {
      return found;
    }
  }

  /** The provider whose name comes first; its own heaps are not in the order of their names. */
  public static final class Antelopes extends Finds {
    public Antelopes() {
      super("antelopes", "oryx", "kudu");
    }
  }

  /** The provider whose name comes last. */
  public static final class Zebras extends Finds {
    public Zebras() {
      super("zebras", "grevy");
    }
  }

  /** Has ServiceLoader find these providers, in this order. */
  private void provide(Path folder, Class<?> service, Class<?>... providers) throws IOException {
    Path list = folder.resolve("providers");
    Files.write(list, Stream.of(providers).map(Class::getName).toList());
    URL url = list.toUri().toURL();
    Thread.currentThread()
        .setContextClassLoader(
            new ClassLoader(before) {
              @Override
              public Enumeration<URL> getResources(String name) throws IOException {
                return name.equals("META-INF/services/" + service.getName())
                    ? Collections.enumeration(List.of(url))
                    : super.getResources(name);
              }
            });
  }

  @AfterEach
  void takeBack() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private static List<String> order() {
    try (Broker broker =
        Broker.builder()
            .discoverHeaps()
            .heaps(new Finds("given", "quagga") {})
            .heap(StubHeap.named("zorse"))
            .heuristic(new InOrder())
            .build()) {
      return broker.snapshot().heaps().stream().map(BrokerSnapshot.HeapState::name).toList();
    }
  }

  @Test
  void discoveredProvidersComeInTheOrderOfTheirNames(@TempDir Path folder) throws Exception {
    List<String> expected = List.of("zorse", "quagga", "oryx", "kudu", "grevy");
    provide(folder, HeapProvider.class, Zebras.class, Antelopes.class);
    assertEquals(expected, order());
    provide(folder, HeapProvider.class, Antelopes.class, Zebras.class);
    assertEquals(expected, order());
  }

  // ---- Fence pollers ----

  private static final List<String> USED = new CopyOnWriteArrayList<>();

  /** A poller for which each fence has signalled. */
  private abstract static class Poller implements FencePoller {
    @Override
    public void watch(SyncFile fence, Consumer<OptionalInt> whenSignalled) {
      USED.add(getClass().getSimpleName());
      whenSignalled.accept(OptionalInt.empty());
    }

    @Override
    public void discard(SyncFile fence) {}

    @Override
    public int pending() {
      return 0;
    }

    @Override
    public void close() {}
  }

  /** The poller whose class name comes first. */
  public static final class AntelopePoller extends Poller {}

  /** The poller whose class name comes last. */
  public static final class ZebraPoller extends Poller {}

  private static void closeAfterAFence() {
    try (Broker broker =
        Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build()) {
      SharedBuffer buffer = broker.export(BlobSpec.of(1));
      Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
      in.map(Access.READ).closeAfter(new SyncFile(1));
    }
  }

  @Test
  void theFencePollerWhoseClassNameComesFirstIsTaken(@TempDir Path folder) throws Exception {
    USED.clear();
    provide(folder, FencePoller.class, ZebraPoller.class, AntelopePoller.class);
    closeAfterAFence();
    provide(folder, FencePoller.class, AntelopePoller.class, ZebraPoller.class);
    closeAfterAFence();
    assertEquals(List.of("AntelopePoller", "AntelopePoller"), USED);
  }
}
