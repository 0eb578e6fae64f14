package dev.dmabroker.samples.broker;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dmabroker.Broker;
import dev.dmabroker.metrics.SnapshotJson;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.ClientState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Supplier;

/** The state of the service as JSON: its clients, and the broker's snapshot. Thread-safe. */
final class Status implements Supplier<String> {
  private final Broker broker;
  private final BrokerService service;
  private final Path socket;
  private final Instant since = Instant.now();

  Status(Broker broker, BrokerService service, Path socket) {
    this.broker = broker;
    this.service = service;
    this.socket = socket;
  }

  @Override
  public String get() {
    JsonObject status = new JsonObject();
    status.addProperty("format", "dmabroker-status");
    status.addProperty("version", 1);
    status.addProperty("socket", socket.toString());
    status.addProperty("pid", ProcessHandle.current().pid());
    status.addProperty("since", since.toString());
    JsonArray clients = new JsonArray();
    service.clients().forEach(client -> clients.add(write(client)));
    status.add("clients", clients);
    String own = status.toString();
    return own.substring(0, own.length() - 1)
        + ",\"snapshot\":"
        + SnapshotJson.text(broker.snapshot())
        + "}\n";
  }

  private static JsonObject write(ClientState client) {
    JsonObject all = new JsonObject();
    all.addProperty("name", client.name());
    all.addProperty("pid", client.peer().pid());
    all.addProperty("uid", client.peer().uid());
    all.addProperty("since", client.connectedSince().toString());
    all.addProperty("devices", client.devices());
    all.addProperty("buffers", client.buffers());
    all.addProperty("streams", client.streams());
    all.addProperty("memoryBytes", client.memoryBytes());
    all.addProperty("limitBytes", client.terms().limits().memoryBytes());
    JsonArray holdsUp = new JsonArray();
    client.holdsUp().forEach(holder -> holdsUp.add(holder.toString()));
    all.add("holdsUp", holdsUp);
    return all;
  }
}
