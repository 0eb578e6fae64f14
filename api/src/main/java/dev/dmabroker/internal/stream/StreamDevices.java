package dev.dmabroker.internal.stream;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.internal.device.RegisteredDevice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The devices of a stream, which are its producer and its consumers, and the groups that may see
 * the frames which are acquired now. The stream's lock guards all state.
 */
final class StreamDevices {
  private final RegisteredDevice producer;

  /** The consumers; each is attached to every buffer of the stream. */
  private final List<AttachedConsumer> consumers = new ArrayList<>(2);

  /** The groups of all devices, kept as every acquire asks for them. */
  private ImmutableSet<String> audience;

  StreamDevices(RegisteredDevice producer) {
    this.producer = producer;
    this.audience = ImmutableSet.of(group(producer));
  }

  /** The group that a device belongs to. Devices without a group trust each other. */
  static String group(RegisteredDevice device) {
    return device.group().orElse("");
  }

  void join(AttachedConsumer consumer) {
    consumers.add(consumer);
    countAudience();
  }

  void leave(StreamConsumer consumer) {
    if (consumers.removeIf(each -> each == consumer)) {
      countAudience();
    }
  }

  /** Works out the groups again, after a device has come or gone. */
  private void countAudience() {
    ImmutableSet.Builder<String> groups = ImmutableSet.builder();
    groups.add(group(producer));
    consumers.forEach(consumer -> groups.add(group(consumer.device())));
    audience = groups.build();
  }

  /** The groups of the producer and of all consumers. */
  Set<String> audience() {
    return audience;
  }

  List<AttachedConsumer> consumers() {
    return Collections.unmodifiableList(consumers);
  }

  /** The producer, and after it the consumers. */
  List<RegisteredDevice> all() {
    List<RegisteredDevice> devices = new ArrayList<>();
    devices.add(producer);
    consumers.forEach(consumer -> devices.add(consumer.device()));
    return devices;
  }
}
