package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Programs;
import dev.dmabroker.testing.ScriptedHeap;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules and the dashboard speak of meters that there are, and the rules do what they say. */
class PrometheusRulesTest {
  private static final String RULES = "prometheus-rules.yml";
  private static final String RULES_TEST = "prometheus-rules-test.yml";
  private static final String DASHBOARD = "grafana-dashboard.json";

  private static final Pattern NAME = Pattern.compile("[a-z]+:dmabuf_[a-z_:0-9]+|dmabuf_[a-z_]+");
  private static final Pattern RECORD = Pattern.compile("record: (\\S+)");

  private static String resource(String name) throws IOException {
    try (InputStream in = PrometheusRulesTest.class.getResourceAsStream(name)) {
      assertTrue(in != null, name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Set<String> found(Pattern pattern, int group, String text) {
    Set<String> names = new TreeSet<>();
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      names.add(matcher.group(group));
    }
    return names;
  }

  /** Names as a scrape has them, without those that only rules record. */
  private static Set<String> scraped() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (Broker broker =
            Broker.builder().heap(ScriptedHeap.system()).heuristic(new FirstFit()).build();
        DmaBufMetrics metrics = new DmaBufMetrics(broker);
        BufferStream stream =
            broker.stream(
                StreamSpec.of(
                    "video", BlobSpec.of(4096), broker.register("camera", Constraints.none())));
        StreamConsumer consumer =
            stream.consumer(
                broker.register("viewer", Constraints.none()), StreamConsumer.Policy.LATEST)) {
      metrics.bindTo(registry);
      return registry
          .scrape()
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("[{ ]", 2)[0])
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {RULES, RULES_TEST, DASHBOARD})
  void everyMetricIsScrapedOrRecorded(String file) throws Exception {
    Set<String> named = found(NAME, 0, resource(file));
    assertFalse(named.isEmpty());
    Set<String> known = scraped();
    known.addAll(found(RECORD, 1, resource(RULES)));
    named.removeAll(known);
    assertEquals(Set.of(), named, "unknown metrics in " + file);
  }

  @Test
  void whatIsRecordedIsShown() throws Exception {
    Set<String> recorded = found(RECORD, 1, resource(RULES));
    recorded.removeAll(found(NAME, 0, resource(DASHBOARD)));
    assertEquals(Set.of(), recorded);
  }

  /** Where a program has several brokers, each has its own tag. */
  @Test
  void theBrokerIsChosenInTheDashboardAndNamedByAlerts() throws Exception {
    String dashboard = resource(DASHBOARD);
    for (String shown : found(Pattern.compile("\"expr\": .*"), 0, dashboard)) {
      for (String selector : found(Pattern.compile("\\{[^}]*}"), 0, shown)) {
        assertTrue(selector.contains("broker=~\\\"$broker\\\""), shown);
      }
    }
    assertTrue(dashboard.contains("\"name\": \"broker\""));
    for (String line : found(Pattern.compile("summary: .*"), 0, resource(RULES))) {
      assertTrue(line.contains("{{ with $labels.broker }}"), line);
    }
  }

  @Test
  void everyAlertIsTested() throws Exception {
    Set<String> alerts = found(Pattern.compile("alert: (\\w+)"), 1, resource(RULES));
    assertEquals(
        alerts, found(Pattern.compile("alertname: (\\w+)\\n\\s+exp"), 1, resource(RULES_TEST)));
  }

  @Test
  void promtoolTakesTheRulesAndTheirTestsPass(@TempDir Path folder) throws Exception {
    Path promtool = Programs.onPath("promtool", "prometheus");
    Files.writeString(folder.resolve(RULES), resource(RULES));
    Files.writeString(folder.resolve(RULES_TEST), resource(RULES_TEST));
    run(folder, promtool, "check", "rules", RULES);
    run(folder, promtool, "test", "rules", RULES_TEST);
  }

  private static void run(Path folder, Path promtool, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(promtool.toString()));
    command.addAll(List.of(args));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "promtool takes too long");
    String said = Files.readString(output);
    System.out.print(said);
    assertEquals(0, process.exitValue(), said);
  }
}
