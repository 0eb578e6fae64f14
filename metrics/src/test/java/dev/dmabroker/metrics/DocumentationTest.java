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
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jfr.EventType;
import org.junit.jupiter.api.Test;

/** docs/metrics.md says what the code registers, docs/flight.md what it records. */
class DocumentationTest {
  private static final Pattern ROW =
      Pattern.compile("\\| `(dmabuf[a-z.]+)` \\| (\\w+) \\| (\\w+) \\| ([^|]*)\\|.*");

  private static final Pattern FIELD = Pattern.compile("^  (\\w+) = ", MULTILINE);

  /** Their values are whatever the broker was built with. */
  private static final Set<String> CONFIGURED = Set.of("heap", "budget", "stream", "device");

  private static final Path DOCS =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir"))).resolveSibling("docs");

  private static final Path DOCUMENT = DOCS.resolve("metrics.md");

  @Test
  void theTableListsEveryMeterWithItsTypeUnitAndTags() throws Exception {
    Map<String, String> documented = new TreeMap<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        String tags = row.group(4).replaceAll("[`,]", "").strip();
        String before =
            documented.put(row.group(1), row.group(2) + " " + row.group(3) + " [" + tags + "]");
        assertEquals(null, before, row.group(1) + " is listed twice");
      }
    }
    assertEquals(registered(), documented);
  }

  @Test
  void everyValueOfATagIsListedBesideIt() throws Exception {
    String document = Files.readString(DOCUMENT);
    for (Meter meter : meters()) {
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
      EventType event = EventType.getEventType(type.asSubclass(BrokerEvent.class));
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
    for (Meter meter : meters()) {
      var keys = new TreeSet<String>();
      meter.getId().getTags().forEach(tag -> keys.add(tag.getKey()));
      meters.put(
          meter.getId().getName(),
          meter.getId().getType().name().toLowerCase(Locale.ROOT)
              + " "
              + meter.getId().getBaseUnit()
              + " ["
              + String.join(" ", keys)
              + "]");
    }
    return meters;
  }

  /** Without those that this registry makes of a timer's buckets. */
  private static List<Meter> meters() {
    return bound().getMeters().stream()
        .filter(meter -> meter.getId().getTag("le") == null)
        .toList();
  }

  private static SimpleMeterRegistry bound() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
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
    }
    return registry;
  }
}
