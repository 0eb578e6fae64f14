package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Broker;
import dev.dmabroker.Holder;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.AttachmentState;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.DeviceState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapTraits;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * All that the page shows, as JSON: a snapshot, what happened lately, and whether there are
 * controls.
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
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("at", System.currentTimeMillis());
    state.put("control", control);
    state.put("displayAttached", controls.isDisplayAttached());
    state.put("heaps", snapshot.heaps().stream().map(PageState::heap).toList());
    state.put("closedHeaps", snapshot.closedHeaps().stream().map(PageState::closed).toList());
    state.put("devices", snapshot.devices().stream().map(PageState::device).toList());
    state.put(
        "buffers",
        snapshot.buffers().stream()
            .sorted(Comparator.comparingLong(BufferState::id))
            .map(PageState::buffer)
            .toList());
    state.putAll(feed.read());
    return Json.of(state);
  }

  private static Map<String, Object> heap(HeapState heap) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("name", heap.name());
    state.put("kind", kind(heap.traits()));
    state.put("capacityBytes", heap.traits().capacityBytes().known());
    state.put("usedBytes", heap.usedBytes());
    state.put("backings", heap.backings());
    state.put("lingeringBytes", heap.lingering().sizeBytes());
    return state;
  }

  private static String kind(HeapTraits traits) {
    return (traits.contiguous().is(true) ? "contiguous" : "scattered")
        + traits
            .addressBits()
            .known()
            .filter(bits -> bits < Long.SIZE)
            .map(bits -> ", below 2^" + bits)
            .orElse("");
  }

  private static Map<String, Object> closed(HeapProvider.Closed heap) {
    return Map.of("name", heap.heap(), "reason", heap.reason(), "remedy", heap.remedy());
  }

  private static Map<String, Object> device(DeviceState device) {
    return Map.of(
        "name",
        device.name(),
        "constraints",
        device.constraints().toString(),
        "longestHoldMillis",
        Feed.millis(device.longestHold()));
  }

  private static Map<String, Object> buffer(BufferState buffer) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("id", buffer.id());
    state.put("name", buffer.name());
    state.put("spec", buffer.spec().toString());
    state.put("state", buffer.state().name().toLowerCase(Locale.ROOT));
    state.put("heap", buffer.heap());
    state.put("generation", buffer.generation());
    state.put("sizeBytes", buffer.sizeBytes());
    state.put("attached", buffer.attached());
    state.put("leftOut", leftOut(buffer));
    state.put("holders", buffer.holders().stream().map(PageState::holder).toList());
    state.put("pinned", buffer.pinned());
    state.put("waiting", buffer.waiting());
    state.put("moves", buffer.moves().done());
    state.put("longestStallMillis", Feed.millis(buffer.moves().longestStall()));
    return state;
  }

  private static List<String> leftOut(BufferState buffer) {
    return buffer.attachments().stream()
        .filter(AttachmentState::leftOut)
        .map(AttachmentState::device)
        .toList();
  }

  private static Map<String, Object> holder(Holder holder) {
    return Map.of(
        "device",
        holder.device(),
        "access",
        holder.access().name().toLowerCase(Locale.ROOT),
        "heldMillis",
        Feed.millis(holder.held()),
        "thread",
        holder.thread(),
        "fenced",
        holder.fenced());
  }
}
