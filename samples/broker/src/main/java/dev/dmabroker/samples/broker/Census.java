package dev.dmabroker.samples.broker;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * What {@code top} shows of a {@link Status}: rows for heaps, clients and streams, and who holds up
 * what.
 *
 * @param socket of the service
 * @param pid of the service
 * @param up for how long the service has been there
 * @param holdUps lines, each of which names a buffer or a stream, who waits, and who holds it
 */
record Census(
    String socket,
    long pid,
    Duration up,
    List<HeapRow> heaps,
    List<ClientRow> clients,
    List<StreamRow> streams,
    List<String> holdUps) {

  /** The states of a buffer in which its holders hold up a move. */
  private static final Set<String> MOVING = Set.of("PREPARING", "DRAINING");

  /**
   * A heap.
   *
   * @param lingeringBytes of memory that was given back here, and that some process still has
   */
  record HeapRow(
      String name, int buffers, long usedBytes, long lingeringBytes, boolean contiguous) {}

  /**
   * A client.
   *
   * @param memoryBytes that count against its budget
   * @param inHeaps bytes of its buffers by heap
   * @param holds mappings that its devices have open, of whatever buffers
   * @param maps of its buffers so far, by whatever devices
   */
  record ClientRow(
      String name,
      long pid,
      long uid,
      int buffers,
      long memoryBytes,
      long limitBytes,
      Map<String, Long> inHeaps,
      int holds,
      long maps) {}

  /** A stream. */
  record StreamRow(
      String name,
      String state,
      long submitted,
      int inFlight,
      int depth,
      long dropped,
      int takers) {}

  /**
   * Reads a status.
   *
   * @throws IllegalArgumentException if the text is none, or of another version
   */
  static Census of(String text) {
    try {
      JsonObject status = JsonParser.parseString(text).getAsJsonObject();
      if (!status.get("format").getAsString().equals("dmabroker-status")
          || status.get("version").getAsInt() != 1) {
        throw new IllegalArgumentException("the service is of another version than this program");
      }
      JsonObject snapshot = status.getAsJsonObject("snapshot");
      List<JsonObject> buffers = objects(snapshot, "buffers");
      return new Census(
          status.get("socket").getAsString(),
          status.get("pid").getAsLong(),
          Duration.between(
              Instant.parse(status.get("since").getAsString()),
              Instant.parse(snapshot.get("taken").getAsString())),
          objects(snapshot, "heaps").stream().map(Census::heap).toList(),
          objects(status, "clients").stream().map(each -> client(each, buffers)).toList(),
          objects(snapshot, "streams").stream().map(Census::stream).toList(),
          holdUps(snapshot, buffers));
    } catch (JsonParseException | IllegalStateException | NullPointerException e) {
      throw new IllegalArgumentException("the service told no status: " + e.getMessage(), e);
    }
  }

  private static List<JsonObject> objects(JsonObject of, String name) {
    return StreamSupport.stream(of.getAsJsonArray(name).spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .toList();
  }

  private static String text(JsonObject of, String name) {
    JsonElement value = of.get(name);
    return value == null || value.isJsonNull() ? "" : value.getAsString();
  }

  private static HeapRow heap(JsonObject heap) {
    JsonElement contiguous =
        heap.getAsJsonObject("traits").getAsJsonObject("contiguous").get("value");
    return new HeapRow(
        text(heap, "name"),
        heap.get("backings").getAsInt(),
        heap.get("usedBytes").getAsLong(),
        heap.getAsJsonObject("lingering").get("sizeBytes").getAsLong(),
        !contiguous.isJsonNull() && contiguous.getAsBoolean());
  }

  /** A client's buffers and devices have its name, and a slash, before their own. */
  private static boolean isOf(String client, String name) {
    return name.startsWith(client + "/");
  }

  private static ClientRow client(JsonObject client, List<JsonObject> buffers) {
    String name = text(client, "name");
    int own = 0;
    int holds = 0;
    long maps = 0;
    Map<String, Long> inHeaps = new TreeMap<>();
    for (JsonObject buffer : buffers) {
      if (isOf(name, text(buffer, "name"))) {
        own++;
        maps += buffer.get("maps").getAsLong();
        if (!text(buffer, "heap").isEmpty()) {
          inHeaps.merge(text(buffer, "heap"), buffer.get("sizeBytes").getAsLong(), Long::sum);
        }
      }
      for (JsonObject holder : objects(buffer, "holders")) {
        holds += isOf(name, text(holder, "device")) ? 1 : 0;
      }
    }
    return new ClientRow(
        name,
        client.get("pid").getAsLong(),
        client.get("uid").getAsLong(),
        own,
        client.get("memoryBytes").getAsLong(),
        client.get("limitBytes").getAsLong(),
        inHeaps,
        holds,
        maps);
  }

  private static StreamRow stream(JsonObject stream) {
    long dropped = 0;
    JsonArray takers = stream.getAsJsonArray("consumers");
    for (JsonElement taker : takers) {
      dropped += taker.getAsJsonObject().get("dropped").getAsLong();
    }
    return new StreamRow(
        text(stream, "name"),
        text(stream, "state"),
        stream.get("submitted").getAsLong(),
        stream.get("inFlight").getAsInt(),
        stream.get("depth").getAsInt(),
        dropped,
        takers.size());
  }

  private static List<String> holdUps(JsonObject snapshot, List<JsonObject> buffers) {
    List<String> lines = new ArrayList<>();
    for (JsonObject buffer : buffers) {
      int waiting = buffer.get("waiting").getAsInt();
      List<JsonObject> holders = objects(buffer, "holders");
      if (waiting > 0 || (MOVING.contains(text(buffer, "state")) && !holders.isEmpty())) {
        lines.add(holdUp(buffer, waiting, holders));
      }
    }
    for (JsonObject stream : objects(snapshot, "streams")) {
      if (!text(stream, "heldBack").isEmpty()) {
        lines.add(text(stream, "name") + " is held back: " + text(stream, "heldBack"));
      }
    }
    return lines;
  }

  private static String holdUp(JsonObject buffer, int waiting, List<JsonObject> holders) {
    StringBuilder line = new StringBuilder(text(buffer, "name"));
    line.append(" (").append(text(buffer, "state")).append("): ").append(waiting).append(" wait");
    if (!text(buffer, "seeking").isEmpty()) {
      line.append("; it seeks memory: ").append(text(buffer, "seeking"));
    }
    String before = "; held by ";
    for (JsonObject holder : holders) {
      line.append(before)
          .append(text(holder, "device"))
          .append(", ")
          .append(text(holder, "access"))
          .append(", for ")
          .append(Duration.ofNanos(holder.get("heldNanos").getAsLong()).toMillis())
          .append(" ms");
      before = "; ";
    }
    return line.toString();
  }
}
