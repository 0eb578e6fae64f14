package dev.dmabroker.samples.dashboard;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dmabroker.metrics.DmaBufMetrics;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes the sample, and answers every query of the Grafana dashboard. */
@Timeout(150)
class PrometheusTest {
  private static final Path TABLE = Path.of("target/panels.txt");

  private final HttpClient http = HttpClient.newHttpClient();

  /** A query of a panel. */
  private record Query(String panel, String expression) {
    /** As Grafana asks it, with everything selected. */
    String resolved() {
      return expression
          .replace("$__rate_interval", "1m")
          .replace("$job", ".*")
          .replace("$instance", ".*")
          .replace("$broker", ".*");
    }
  }

  @Test
  void everyPanelGetsAnAnswer(@TempDir Path folder) throws Exception {
    Path program = Programs.onPath("prometheus", "prometheus");
    int port = freePort();
    try (Site site = new Site(true);
        Preview preview = new Preview(site.broker, 30)) {
      Process prometheus = start(program, folder, site, port);
      try {
        List<String> lines = new ArrayList<>();
        for (Query query : queries()) {
          List<Double> values = answer(site, prometheus, port, query);
          lines.add(row(query, values));
        }
        Files.createDirectories(TABLE.toAbsolutePath().getParent());
        Files.write(TABLE, lines);
        lines.forEach(System.out::println);
        assertEquals(List.of(), rulesInTrouble(port));
      } finally {
        prometheus.destroy();
        assertTrue(prometheus.waitFor(20, TimeUnit.SECONDS), "prometheus does not end");
      }
    }
  }

  private static String row(Query query, List<Double> values) {
    return String.format(
        Locale.ROOT,
        "%-24s %3d series, first %-12.6g %s",
        query.panel(),
        values.size(),
        values.get(0),
        query.expression());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = DmaBufMetrics.class.getResourceAsStream(name)) {
      assertTrue(in != null, name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Process start(Path program, Path folder, Site site, int port) throws IOException {
    Files.writeString(folder.resolve("rules.yml"), resource("prometheus-rules.yml"));
    Files.writeString(
        folder.resolve("prometheus.yml"),
        """
        global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
        rule_files: [rules.yml]
        scrape_configs:
          - job_name: dmabroker
            static_configs: [{targets: ['127.0.0.1:%d']}]
        """
            .formatted(site.server.port()));
    return new ProcessBuilder(
            program.toString(),
            "--config.file=" + folder.resolve("prometheus.yml"),
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private static List<Query> queries() throws IOException {
    JsonObject dashboard =
        JsonParser.parseString(resource("grafana-dashboard.json")).getAsJsonObject();
    List<Query> queries = new ArrayList<>();
    for (JsonElement each : dashboard.getAsJsonArray("panels")) {
      JsonObject panel = each.getAsJsonObject();
      if (panel.has("targets")) {
        for (JsonElement target : panel.getAsJsonArray("targets")) {
          String expression = target.getAsJsonObject().get("expr").getAsString();
          queries.add(new Query(panel.get("title").getAsString(), expression));
        }
      }
    }
    assertTrue(queries.size() > 20, queries::toString);
    return queries;
  }

  /** Waits for finite values, and has the display come and go meanwhile, so that buffers move. */
  private List<Double> answer(Site site, Process prometheus, int port, Query query)
      throws Exception {
    String path = "query?query=" + URLEncoder.encode(query.resolved(), StandardCharsets.UTF_8);
    Optional<List<Double>> values = Optional.empty();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (values.isEmpty() && System.nanoTime() - deadline < 0) {
      assertTrue(prometheus.isAlive(), "prometheus has ended");
      values = ask(port, path).map(PrometheusTest::finite).filter(list -> !list.isEmpty());
      if (values.isEmpty()) {
        comeOrGo(site);
      }
    }
    return values.orElseThrow(() -> new AssertionError("no data for " + query));
  }

  private static void comeOrGo(Site site) {
    boolean attached = site.demo.isDisplayAttached();
    String heap = attached ? "modelled-system" : "modelled-cma";
    if (attached) {
      site.demo.detachDisplay();
    } else {
      site.demo.attachDisplay();
    }
    Await.until(
        "the buffers are in " + heap,
        EMULATED,
        () ->
            site.broker.snapshot().buffers().stream()
                .filter(buffer -> buffer.name().startsWith("frame"))
                .allMatch(buffer -> buffer.heap().equals(Optional.of(heap))));
  }

  private static List<Double> finite(JsonObject data) {
    List<Double> values = new ArrayList<>();
    for (JsonElement sample : data.getAsJsonArray("result")) {
      double value = sample.getAsJsonObject().getAsJsonArray("value").get(1).getAsDouble();
      if (Double.isFinite(value)) {
        values.add(value);
      }
    }
    return values;
  }

  /** The data of an answer; empty if there is no server yet. */
  private Optional<JsonObject> ask(int port, String path) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/" + path);
    try {
      HttpResponse<String> response =
          http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 503) {
        return Optional.empty(); // It starts.
      }
      assertEquals(200, response.statusCode(), response.body());
      return Optional.of(
          JsonParser.parseString(response.body()).getAsJsonObject().getAsJsonObject("data"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private List<String> rulesInTrouble(int port) throws InterruptedException {
    List<String> trouble = new ArrayList<>();
    JsonArray groups = ask(port, "rules").orElseThrow().getAsJsonArray("groups");
    for (JsonElement group : groups) {
      for (JsonElement rule : group.getAsJsonObject().getAsJsonArray("rules")) {
        if (!rule.getAsJsonObject().get("health").getAsString().equals("ok")) {
          trouble.add(rule.toString());
        }
      }
    }
    return trouble;
  }
}
