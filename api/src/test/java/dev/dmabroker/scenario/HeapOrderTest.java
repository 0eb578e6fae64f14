package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Broker;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.StubHeap;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Heaps are in one order, whatever the order in which the JDK finds their providers. */
class HeapOrderTest {
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
  private void provide(Path folder, Class<?>... providers) throws IOException {
    Path service = folder.resolve("providers");
    Files.write(service, Stream.of(providers).map(Class::getName).toList());
    URL url = service.toUri().toURL();
    Thread.currentThread()
        .setContextClassLoader(
            new ClassLoader(before) {
              @Override
              public Enumeration<URL> getResources(String name) throws IOException {
                return name.equals("META-INF/services/" + HeapProvider.class.getName())
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
    provide(folder, Zebras.class, Antelopes.class);
    assertEquals(expected, order());
    provide(folder, Antelopes.class, Zebras.class);
    assertEquals(expected, order());
  }
}
