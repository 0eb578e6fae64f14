package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.PressureGauge;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServicesTest {

  private static final Path CLASSES =
      Path.of(Heaps.class.getProtectionDomain().getCodeSource().getLocation().getPath());

  @ParameterizedTest
  @ValueSource(classes = {HeapProvider.class, FencePoller.class, PressureGauge.class})
  void theModuleAndTheClassPathNameTheSameProviders(Class<?> service) throws Exception {
    List<String> onClassPath =
        Files.readAllLines(CLASSES.resolve("META-INF/services/" + service.getName()));
    try (InputStream module = Files.newInputStream(CLASSES.resolve("module-info.class"))) {
      List<String> inModule =
          ModuleDescriptor.read(module).provides().stream()
              .filter(provides -> provides.service().equals(service.getName()))
              .flatMap(provides -> provides.providers().stream())
              .collect(Collectors.toList());
      assertEquals(inModule, onClassPath);
    }
    List<String> loaded =
        ServiceLoader.load(service).stream()
            .map(provider -> provider.type().getName())
            .collect(Collectors.toList());
    assertEquals(onClassPath, loaded);
  }

  @Test
  void noProviderThrowsAndEachSaysWhatItMisses() {
    ServiceLoader.load(HeapProvider.class)
        .forEach(
            provider -> {
              List<HeapProvider.Finding> findings = provider.discover();
              assertFalse(findings.isEmpty(), provider.name());
              findings.forEach(ServicesTest::check);
            });
  }

  private static void check(HeapProvider.Finding finding) {
    if (finding instanceof HeapProvider.Open open) {
      // What is discovered is there: a model has to be asked for by name.
      assertFalse(open.heap().traits().modelled().is(true), open.heap().name());
      open.heap().close();
    } else if (finding instanceof HeapProvider.Closed closed) {
      assertFalse(closed.heap().isBlank());
      assertFalse(closed.reason().isBlank(), closed.heap());
      assertFalse(closed.remedy().isBlank(), closed.heap());
    }
  }
}
