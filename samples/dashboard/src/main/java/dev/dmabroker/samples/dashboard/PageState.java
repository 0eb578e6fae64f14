package dev.dmabroker.samples.dashboard;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
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
    JsonObject state = feed.read();
    state.addProperty("control", control);
    state.addProperty("displayAttached", controls.isDisplayAttached());
    state.add("health", health(BrokerHealth.of(snapshot)));
    JsonArray streams = new JsonArray();
    snapshot.streams().forEach(stream -> streams.add(stream(stream)));
    state.add("streams", streams);
    // The line ends stand between values only: within texts they are escaped.
    return "{\"snapshot\":"
        + text(snapshot).replace("\n", "")
        + ","
        + state.toString().substring("{".length());
  }

  private static JsonObject health(BrokerHealth found) {
    JsonArray reasons = new JsonArray();
    found.reasons().forEach(reasons::add);
    JsonObject health = new JsonObject();
    health.addProperty("status", found.status().name());
    health.add("reasons", reasons);
    return health;
  }

  private static JsonObject stream(StreamState stream) {
    JsonObject state = new JsonObject();
    state.addProperty("name", stream.name());
    state.addProperty("state", stream.state().name());
    state.addProperty("depth", stream.depth());
    state.addProperty("maxBuffers", stream.maxBuffers());
    state.addProperty("sizeBytes", stream.sizeBytes());
    state.addProperty("filling", stream.filling());
    state.addProperty("inFlight", stream.inFlight());
    state.addProperty("free", stream.free());
    state.addProperty("submitted", stream.submitted());
    state.addProperty("starved", stream.starved());
    state.addProperty("grown", stream.grown());
    state.addProperty("shrunk", stream.shrunk());
    state.addProperty("heldBack", stream.heldBack().orElse(null));
    JsonArray consumers = new JsonArray();
    stream.consumers().forEach(consumer -> consumers.add(consumer(consumer)));
    state.add("consumers", consumers);
    return state;
  }

  private static JsonObject consumer(ConsumerState consumer) {
    JsonObject holds = new JsonObject();
    holds.addProperty("device", consumer.holds().device());
    holds.addProperty("now", consumer.holds().now());
    JsonObject state = new JsonObject();
    state.addProperty("policy", consumer.policy().name());
    state.addProperty("queued", consumer.queued());
    state.addProperty("dropped", consumer.dropped());
    state.add("holds", holds);
    return state;
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
