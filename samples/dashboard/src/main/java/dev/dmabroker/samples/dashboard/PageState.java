package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Broker;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.event.StreamState.ConsumerState;
import dev.dmabroker.metrics.BrokerHealth;
import dev.dmabroker.metrics.SnapshotJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * All that the page shows, as JSON on one line: the broker's snapshot and health, what happened
 * lately, and whether there are controls.
 */
final class PageState implements Supplier<String> {
  private final Broker broker;
  private final Feed feed;
  private final Controls controls;
  private final boolean control;

  PageState(Broker broker, Feed feed, Controls controls, boolean control) {
    this.broker = broker;
    this.feed = feed;
    this.controls = controls;
    this.control = control;
  }

  @Override
  public String get() {
    BrokerSnapshot snapshot = broker.snapshot();
    BrokerHealth health = BrokerHealth.of(snapshot);
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("control", control);
    state.put("displayAttached", controls.isDisplayAttached());
    state.put("health", Map.of("status", health.status(), "reasons", health.reasons()));
    state.put("streams", snapshot.streams().stream().map(PageState::stream).toList());
    state.putAll(feed.read());
    // The line ends stand between values only: within texts they are escaped.
    return "{\"snapshot\":"
        + text(snapshot).replace("\n", "")
        + ","
        + Json.of(state).substring("{".length());
  }

  private static Map<String, Object> stream(StreamState stream) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("name", stream.name());
    state.put("state", stream.state());
    state.put("depth", stream.depth());
    state.put("maxBuffers", stream.maxBuffers());
    state.put("sizeBytes", stream.sizeBytes());
    state.put("filling", stream.filling());
    state.put("inFlight", stream.inFlight());
    state.put("free", stream.free());
    state.put("submitted", stream.submitted());
    state.put("starved", stream.starved());
    state.put("grown", stream.grown());
    state.put("shrunk", stream.shrunk());
    state.put("heldBack", stream.heldBack());
    state.put("consumers", stream.consumers().stream().map(PageState::consumer).toList());
    return state;
  }

  private static Map<String, Object> consumer(ConsumerState consumer) {
    return Map.of(
        "device", consumer.holds().device(),
        "policy", consumer.policy(),
        "queued", consumer.queued(),
        "holds", consumer.holds().now(),
        "dropped", consumer.dropped());
  }

  /** The snapshot alone. */
  String snapshot() {
    return text(broker.snapshot());
  }

  private static String text(BrokerSnapshot snapshot) {
    StringWriter text = new StringWriter();
    try {
      SnapshotJson.write(snapshot, Instant.now(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
