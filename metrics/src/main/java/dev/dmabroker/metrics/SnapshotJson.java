package dev.dmabroker.metrics;

import dev.dmabroker.Device;
import dev.dmabroker.Holder;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.AttachmentState;
import dev.dmabroker.event.BrokerSnapshot.BudgetState;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.DeviceState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.BrokerSnapshot.LeaseState;
import dev.dmabroker.event.BrokerSnapshot.ListenerState;
import dev.dmabroker.event.MoveStats;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.event.StreamState.ConsumerState;
import dev.dmabroker.event.StreamState.Holds;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.Trait;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a broker's state as JSON, for a bug report: every heap, device, buffer, attachment, holder
 * and stream, and since when each exists. {@code docs/snapshot.schema.json} describes the format.
 * Taking a {@linkplain dev.dmabroker.Broker#snapshot snapshot} stops nothing, and neither does
 * writing it. Its methods keep no state, so any thread may call them.
 */
public final class SnapshotJson {
  /** The version of the format; versions are not compatible with each other. */
  public static final int VERSION = 1;

  private final JsonWriter json;

  private SnapshotJson(Writer out) {
    // Each buffer, device and heap has a line of its own.
    this.json = new JsonWriter(out, 2);
  }

  /**
   * Writes a snapshot. Blocks as the writer does.
   *
   * @param snapshot the state of the broker
   * @param out is flushed, and not closed
   * @throws IOException if the writer throws it
   */
  public static void write(BrokerSnapshot snapshot, Writer out) throws IOException {
    new SnapshotJson(out).write(snapshot);
  }

  /**
   * Writes a snapshot in UTF-8. Blocks as the stream does.
   *
   * @param snapshot the state of the broker
   * @param out is flushed, and not closed
   * @throws IOException if the stream throws it
   */
  public static void write(BrokerSnapshot snapshot, OutputStream out) throws IOException {
    write(snapshot, new OutputStreamWriter(out, StandardCharsets.UTF_8));
  }

  /**
   * {@return a snapshot as a text, of some hundred characters for each buffer}
   *
   * @param snapshot the state of the broker
   */
  public static String text(BrokerSnapshot snapshot) {
    StringWriter text = new StringWriter();
    try {
      write(snapshot, text);
    } catch (IOException e) {
      throw new AssertionError("a StringWriter throws none", e);
    }
    return text.toString();
  }

  private interface Item<T> {
    void write(T item) throws IOException;
  }

  private <T> void list(String name, Collection<T> items, Item<T> item) throws IOException {
    json.name(name).array();
    for (T each : items) {
      item.write(each);
    }
    json.endArray();
  }

  private void strings(String name, Collection<String> strings) throws IOException {
    list(name, strings, json::value);
  }

  /** Writes a time in nanoseconds. */
  private void time(String name, Duration time) throws IOException {
    json.member(name, Nanos.of(time));
  }

  private void write(BrokerSnapshot snapshot) throws IOException {
    json.object().member("format", "dmabroker-snapshot").member("version", VERSION);
    json.member("taken", snapshot.taken().toString()).member("closed", snapshot.closed());
    json.member("maps", snapshot.maps());
    json.name("fences").object().member("pending", snapshot.fences().pending());
    json.member("trouble", snapshot.fences().trouble().orElse(null)).endObject();
    json.name("leaks").object().member("mappings", snapshot.leaks().mappings());
    json.member("attachments", snapshot.leaks().attachments());
    json.member("buffers", snapshot.leaks().buffers()).endObject();
    json.member("droppedEvents", snapshot.droppedEvents());
    list("listeners", snapshot.listeners(), this::write);
    list("heaps", snapshot.heaps(), this::write);
    list("memoryPressure", snapshot.memoryPressure(), this::write);
    list("closedHeaps", snapshot.closedHeaps(), this::write);
    list("budgets", snapshot.budgets(), this::write);
    list("devices", snapshot.devices(), this::write);
    list("buffers", snapshot.buffers(), this::write);
    list("streams", snapshot.streams(), this::write);
    json.endObject().end();
  }

  private void write(HeapState heap) throws IOException {
    json.object().member("name", heap.name());
    strings("aliases", heap.aliases());
    json.member("backings", heap.backings()).member("usedBytes", heap.usedBytes());
    json.member("vanished", heap.vanished().orElse(null));
    json.member("othersBytes", heap.othersBytes());
    json.name("lingering").object().member("backings", heap.lingering().backings());
    json.member("sizeBytes", heap.lingering().sizeBytes()).endObject();
    json.name("traits").object();
    for (Map.Entry<String, Trait<?>> trait : heap.traits().all().entrySet()) {
      json.name(trait.getKey()).object().name("value");
      value(trait.getValue().value());
      json.member("basis", trait.getValue().basis().name());
      json.member("source", trait.getValue().source()).endObject();
    }
    json.endObject().endObject();
  }

  /** Writes the value of a trait as the JSON type that suits it. */
  private void value(@Nullable Object value) throws IOException {
    if (value instanceof Boolean flag) {
      json.value(flag);
    } else if (value instanceof Number number) {
      json.value(number.longValue());
    } else {
      json.value(value == null ? null : value.toString());
    }
  }

  private void write(MemoryPressure pressure) throws IOException {
    json.object().member("scope", pressure.scope().name());
    json.member("some", pressure.some()).member("full", pressure.full()).endObject();
  }

  private void write(ListenerState listener) throws IOException {
    json.object().member("type", listener.type()).member("delivery", listener.delivery().name());
    json.member("delivered", listener.delivered()).member("queued", listener.queued());
    json.member("dropped", listener.dropped()).endObject();
  }

  private void write(HeapProvider.Closed heap) throws IOException {
    json.object().member("name", heap.heap()).member("kind", heap.kind().name());
    json.member("reason", heap.reason());
    json.member("remedy", heap.remedy()).endObject();
  }

  private void write(BudgetState budget) throws IOException {
    json.object().member("name", budget.name()).member("limitBytes", budget.limitBytes());
    json.member("reservedBytes", budget.reservedBytes()).endObject();
  }

  private void write(DeviceState device) throws IOException {
    json.object().member("name", device.name());
    json.member("constraints", device.constraints().toString());
    time("longestHoldNanos", device.longestHold());
    list("findings", device.findings(), this::write);
    json.endObject();
  }

  private void write(Device.Finding finding) throws IOException {
    json.object().member("heap", finding.heap()).member("verdict", finding.verdict().name());
    json.member("reason", finding.reason()).endObject();
  }

  private void write(BufferState buffer) throws IOException {
    json.object().member("id", buffer.id()).member("name", buffer.name());
    json.member("spec", buffer.spec().toString()).member("state", buffer.state().name());
    json.member("since", buffer.since().toString());
    json.member("heap", buffer.heap().orElse(null));
    json.member("generation", buffer.generation()).member("sizeBytes", buffer.sizeBytes());
    json.member("residentSince", buffer.residentSince().map(Instant::toString).orElse(null));
    list("attachments", buffer.attachments(), this::write);
    list("holders", buffer.holders(), this::write);
    list("leases", buffer.leases(), this::write);
    strings("pinned", buffer.pinned());
    json.member("waiting", buffer.waiting()).member("seeking", buffer.seeking().orElse(null));
    json.member("retired", buffer.retired());
    json.member("maps", buffer.maps()).name("moves");
    write(buffer.moves());
    json.endObject();
  }

  private void write(AttachmentState attachment) throws IOException {
    json.object().member("device", attachment.device());
    json.member("since", attachment.since().toString());
    json.member("leftOut", attachment.leftOut()).endObject();
  }

  private void write(Holder holder) throws IOException {
    json.object().member("device", holder.device()).member("access", holder.access().name());
    time("heldNanos", holder.held());
    json.member("thread", holder.thread()).member("fenced", holder.fenced());
    json.member("leaseUses", holder.leaseUses());
    list(
        "callSite",
        holder.callSite().map(at -> Arrays.asList(at.getStackTrace())).orElse(List.of()),
        frame -> json.value(frame.toString()));
    json.endObject();
  }

  private void write(LeaseState lease) throws IOException {
    json.object().member("device", lease.device()).member("holder", lease.holder());
    json.member("access", lease.access().name()).member("since", lease.since().toString());
    json.member("generation", lease.generation()).member("uses", lease.uses());
    json.member("open", lease.open()).endObject();
  }

  private void write(MoveStats moves) throws IOException {
    json.object().member("done", moves.done()).member("rolledBack", moves.rolledBack());
    json.member("attempts", moves.attempts()).member("maxAttempts", moves.maxAttempts());
    time("backOffNanos", moves.backOff());
    json.member("copiedBytes", moves.copiedBytes());
    time("longestStallNanos", moves.longestStall());
    time("longestDrainNanos", moves.longestDrain());
    json.endObject();
  }

  private void write(StreamState stream) throws IOException {
    json.object().member("name", stream.name()).member("state", stream.state().name());
    json.member("depth", stream.depth()).member("floor", stream.floor());
    json.member("maxBuffers", stream.maxBuffers()).member("sizeBytes", stream.sizeBytes());
    json.member("free", stream.free()).member("filling", stream.filling());
    json.member("inFlight", stream.inFlight()).member("waiting", stream.waiting());
    json.member("submitted", stream.submitted()).member("failed", stream.failed());
    json.member("starved", stream.starved()).member("grown", stream.grown());
    json.member("shrunk", stream.shrunk()).member("refused", stream.refused());
    json.member("scrubbed", stream.scrubbed()).member("leftOut", stream.leftOut());
    json.member("heldBack", stream.heldBack().orElse(null)).name("producer");
    write(stream.producer());
    list("consumers", stream.consumers(), this::write);
    json.endObject();
  }

  private void write(ConsumerState consumer) throws IOException {
    json.object().member("policy", consumer.policy().name());
    json.member("queued", consumer.queued()).member("dropped", consumer.dropped());
    json.name("holds");
    write(consumer.holds());
    json.endObject();
  }

  private void write(Holds holds) throws IOException {
    json.object().member("device", holds.device()).member("now", holds.now());
    json.member("most", holds.most()).name("camping");
    value(holds.camping() < 0 ? null : holds.camping());
    json.member("ended", holds.ended());
    time("totalNanos", holds.total());
    time("longestNanos", holds.longest());
    time("longestHoldNanos", holds.longestHold());
    json.member("overheld", holds.overheld()).endObject();
  }
}
