package dev.dmabroker.heuristics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.Broker;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.Trait;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** The class path and the module path find the same policies. */
class ServicesTest {

  @Test
  void theServiceLoaderFindsBothByTheirNames() {
    List<PlacementHeuristic> found =
        ServiceLoader.load(PlacementHeuristic.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    assertEquals(
        List.of("least-cost", "first-fit"), found.stream().map(PlacementHeuristic::name).toList());
    assertEquals(
        List.of(LeastCost.class, FirstFit.class), found.stream().map(Object::getClass).toList());
  }

  @Test
  void theModuleAndTheServiceFileNameTheSameClasses() throws Exception {
    Path location =
        Path.of(LeastCost.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(location)) {
      assertServicesAgree(location);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(location)) {
        assertServicesAgree(jar.getPath("/"));
      }
    }
  }

  private static void assertServicesAgree(Path root) throws Exception {
    String service = PlacementHeuristic.class.getName();
    try (InputStream module = Files.newInputStream(root.resolve("module-info.class"));
        var services = Files.list(root.resolve("META-INF/services"))) {
      assertEquals(List.of(service), services.map(file -> file.getFileName().toString()).toList());
      var provides = List.copyOf(ModuleDescriptor.read(module).provides());
      assertEquals(1, provides.size());
      assertEquals(service, provides.get(0).service());
      assertEquals(
          provides.get(0).providers(),
          Files.readAllLines(root.resolve("META-INF/services").resolve(service)));
    }
  }

  @Test
  void theBrokerTakesLeastCostIfItIsToldNothing() {
    try (Broker broker = Broker.builder().heap(new Named("only")).build()) {
      var plan =
          broker.plan(BlobSpec.of(1), List.of(broker.register("camera", Constraints.none())));
      assertEquals(
          new LeastCost()
              .rank(
                  Requests.request(
                      List.of(Requests.ANY), Requests.heap("only", HeapTraits.builder())))
              .get(0)
              .reason(),
          plan.placements().get(0).reason());
    }
  }

  private record Named(String name) implements Heap {
    @Override
    public HeapTraits traits() {
      return HeapTraits.builder().deviceAccess(Trait.declared(true)).build();
    }

    @Override
    public Backing allocate(Request request) throws HeapException {
      throw new HeapException(HeapException.Kind.FULL, "ENOMEM");
    }

    @Override
    public void close() {}
  }
}
