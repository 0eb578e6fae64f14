package example;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.metrics.BrokerHealth;
import dev.dmabroker.metrics.DmaBufMetrics;
import dev.dmabroker.metrics.SnapshotJson;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** A broker's meters, as Prometheus scrapes them, and those of the broker that follows it. */
public final class OneScrape {
  private OneScrape() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    use(registry, 4096);
    check(!registry.scrape().contains("dmabuf_"), "a closed broker has no meters");
    use(registry, 8192);
  }

  private static void use(PrometheusMeterRegistry registry, int sizeBytes) {
    try (Broker broker =
        Broker.builder().discoverHeaps().heap(ModelledHeap.builder("mine").build()).build()) {
      new DmaBufMetrics(broker).bindTo(registry);
      Device camera =
          broker.register("camera", Constraints.builder().permittedHeaps("mine").build());
      Attachment attachment = broker.export("frame", BlobSpec.of(sizeBytes)).attach(camera);
      attachment.map(Access.WRITE).close();
      String scrape = registry.scrape();
      scrape
          .lines()
          .filter(line -> line.matches("dmabuf_(heap_used|mappings|maps).*"))
          .forEach(System.out::println);
      check(
          scrape.contains("dmabuf_heap_used_bytes{heap=\"mine\"} " + (double) sizeBytes),
          "the scrape shows what is used now");
      System.out.println(BrokerHealth.of(broker.snapshot()));
      check(SnapshotJson.text(broker.snapshot()).contains("\"frame\""), "the dump has the buffer");
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
