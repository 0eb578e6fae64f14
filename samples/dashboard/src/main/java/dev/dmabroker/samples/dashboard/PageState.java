package dev.dmabroker.samples.dashboard;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dmabroker.Broker;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.metrics.BrokerHealth;
import dev.dmabroker.metrics.SnapshotJson;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * All that the page shows, as JSON on one line: the broker's snapshot and health, what happened
 * lately, and whether there are controls.
 */
final class PageState implements Supplier<String> {
  private final Broker broker;
  private final Feed feed;
  private final Optional<Controls> controls;
  private final boolean control;

  /**
   * Shows a broker.
   *
   * @param controls of the strict device; empty if the page knows of none
   * @param control whether the page may use them
   */
  PageState(Broker broker, Feed feed, Optional<Controls> controls, boolean control) {
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
    state.addProperty("displayAttached", controls.map(Controls::isDisplayAttached).orElse(null));
    state.add("health", health(BrokerHealth.of(snapshot)));
    // The line ends stand between values only: within texts they are escaped.
    return "{\"snapshot\":"
        + SnapshotJson.text(snapshot).replace("\n", "")
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

  /** The snapshot alone. */
  String snapshot() {
    return SnapshotJson.text(broker.snapshot());
  }
}
