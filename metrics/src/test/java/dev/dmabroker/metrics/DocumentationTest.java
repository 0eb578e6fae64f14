package dev.dmabroker.metrics;

import static java.util.regex.Pattern.DOTALL;
import static java.util.regex.Pattern.MULTILINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.ScriptedHeap;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import org.junit.jupiter.api.Test;

/** docs/metrics.md says what the code registers, docs/flight.md what it records. */
class DocumentationTest {
  /** Name, scraped as, type, unit, tags, help. */
  private static final Pattern ROW =
      Pattern.compile(
          "\\| `(dmabuf[a-z.]+)` \\|([^|]+)\\|([^|]+)\\|([^|]*)\\|([^|]*)\\|([^|]+)\\|");

  private static final Pattern FIELD = Pattern.compile("^  (\\w+) = ", MULTILINE);

  /** Their values are whatever the broker was built with. */
  private static final Set<String> CONFIGURED = Set.of("heap", "budget", "stream", "device");

  private static final Path DOCS =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir"))).resolveSibling("docs");

  private static final Path DOCUMENT = DOCS.resolve("metrics.md");

  /** Without those that this registry makes of a timer's buckets. */
  private static final List<Meter> METERS =
      bound(
          new SimpleMeterRegistry(),
          registry ->
              registry.getMeters().stream()
                  .filter(meter -> meter.getId().getTag("le") == null)
                  .toList());

  private static final String SCRAPE =
      bound(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), PrometheusMeterRegistry::scrape);

  private static List<Matcher> rows() throws IOException {
    List<Matcher> rows = new ArrayList<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.add(row);
      }
    }
    return rows;
  }

  @Test
  void theTableListsEveryMeterWithItsTypeUnitTagsAndHelp() throws Exception {
    Map<String, String> documented = new TreeMap<>();
    for (Matcher row : rows()) {
      String tags = row.group(5).replaceAll("[`,]", "").strip();
      String before =
          documented.put(
              row.group(1),
              String.join("; ", row.group(3).strip(), row.group(4).strip(), tags, help(row)));
      assertEquals(null, before, row.group(1) + " is listed twice");
    }
    assertEquals(registered(), documented);
  }

  private static String help(Matcher row) {
    return row.group(6).strip();
  }

  @Test
  void theTableIsInTheOrderOfTheCode() throws Exception {
    assertEquals(
        Arrays.stream(MeterName.values()).map(MeterName::text).toList(),
        rows().stream().map(row -> row.group(1)).toList());
  }

  @Test
  void theTableListsWhatPrometheusScrapes() throws Exception {
    Set<String> documented = new TreeSet<>();
    for (Matcher row : rows()) {
      List<String> names = Arrays.asList(row.group(2).replaceAll("[` ]", "").split(","));
      String first = names.get(0);
      assertTrue(first.startsWith(row.group(1).replace('.', '_')), first);
      documented.add(first);
      String stem = first.replaceAll("_count$", "");
      names.subList(1, names.size()).forEach(suffix -> documented.add(stem + suffix));
    }
    Set<String> scraped = new TreeSet<>();
    SCRAPE.lines().filter(line -> !line.startsWith("#")).forEach(line -> scraped.add(name(line)));
    assertEquals(scraped, documented);
  }

  private static String name(String sample) {
    return sample.split("[{ ]", 2)[0];
  }

  /** A word, or its plural, that comes back: dmabuf_maps_waiting_maps. */
  @Test
  void noNameThatIsScrapedStutters() {
    for (String line : SCRAPE.lines().filter(line -> !line.startsWith("#")).toList()) {
      List<String> words =
          Arrays.stream(name(line).split("_")).map(word -> word.replaceAll("s$", "")).toList();
      assertEquals(words.size(), Set.copyOf(words).size(), line);
    }
  }

  @Test
  void everyFamilyThatIsScrapedHasItsHelp() throws Exception {
    Set<String> texts = rows().stream().map(DocumentationTest::help).collect(Collectors.toSet());
    List<String> helps = SCRAPE.lines().filter(line -> line.startsWith("# HELP ")).toList();
    assertEquals(
        SCRAPE.lines().filter(line -> line.startsWith("# TYPE ")).count(), helps.size(), SCRAPE);
    for (String line : helps) {
      assertTrue(texts.contains(line.split(" ", 4)[3]), line);
    }
  }

  @Test
  void everyValueOfATagIsListedBesideIt() throws Exception {
    String document = Files.readString(DOCUMENT);
    for (Meter meter : METERS) {
      for (Tag tag : meter.getId().getTags()) {
        if (!CONFIGURED.contains(tag.getKey()) || tag.getValue().equals("none")) {
          Pattern row =
              Pattern.compile(
                  "^\\| `" + tag.getKey() + "` \\|.*`" + tag.getValue() + "`", Pattern.MULTILINE);
          assertTrue(row.matcher(document).find(), tag::toString);
        }
      }
    }
  }

  @Test
  void everyFlightEventIsListedAndShownWithItsFields() throws Exception {
    String document = Files.readString(DOCS.resolve("flight.md"));
    Set<String> events = new TreeSet<>();
    for (Class<?> type : BrokerEvent.class.getDeclaredClasses()) {
      EventType event = EventType.getEventType(type.asSubclass(Event.class));
      events.add(event.getName());
      assertTrue(document.contains("| `" + event.getName() + "` |"), event::getName);
      Set<String> fields = new TreeSet<>();
      event.getFields().forEach(field -> fields.add(field.getName()));
      Matcher shown =
          Pattern.compile("^" + event.getName() + " \\{\\n(.*?)^}$", MULTILINE | DOTALL)
              .matcher(document);
      assertTrue(shown.find(), event::getName);
      Set<String> documented = names(FIELD, shown.group(1));
      // Zero and empty ones are not printed.
      fields.removeAll(Set.of("duration", "stackTrace"));
      documented.remove("stackTrace");
      assertEquals(fields, documented, event.getName());
    }
    assertEquals(events, names(Pattern.compile("`(dmabroker\\.[A-Z]\\w+)`"), document));
  }

  private static Set<String> names(Pattern pattern, String text) {
    Set<String> names = new TreeSet<>();
    pattern.matcher(text).results().forEach(found -> names.add(found.group(1)));
    return names;
  }

  private static Map<String, String> registered() {
    Map<String, String> meters = new TreeMap<>();
    for (Meter meter : METERS) {
      Meter.Id id = meter.getId();
      var keys = new TreeSet<String>();
      id.getTags().forEach(tag -> keys.add(tag.getKey()));
      meters.put(
          id.getName(),
          String.join(
              "; ",
              id.getType().name().toLowerCase(Locale.ROOT),
              Objects.requireNonNullElse(id.getBaseUnit(), ""),
              String.join(" ", keys),
              String.valueOf(id.getDescription())));
    }
    return meters;
  }

  /** Has a broker that has everything bound, and looks at the registry. */
  private static <R extends MeterRegistry, T> T bound(R registry, Function<R, T> look) {
    try (Broker broker =
        Broker.builder()
            .heap(ScriptedHeap.system())
            .heuristic(new FirstFit())
            .budget("codec", 1)
            .build()) {
      Device camera = broker.register("camera", Constraints.none());
      StreamConsumer unused =
          broker.stream(StreamSpec.of("video", BlobSpec.of(1), camera))
              .consumer(camera, StreamConsumer.Policy.LATEST);
      new DmaBufMetrics(broker).bindTo(registry);
      return look.apply(registry);
    }
  }
}
