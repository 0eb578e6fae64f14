package dev.dmabroker.internal.stream;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The devices of a stream, which are its producer and its consumers, and the groups that may see
 * the frames which are acquired now. The stream's lock guards all state.
 */
final class StreamDevices {
  private final RegisteredDevice producer;

  /** The consumers; each is attached to every buffer of the stream. */
  private List<AttachedConsumer> consumers = List.of();

  /** The groups of all devices, kept as every acquire asks for them. */
  private ImmutableSet<String> audience;

  StreamDevices(RegisteredDevice producer) {
    this.producer = producer;
    this.audience = ImmutableSet.of(producer.trustGroup());
  }

  /** Has a change that throws put back which consumers there are, and what it does to each. */
  void keep(AfterLock after) {
    List<AttachedConsumer> consumers = this.consumers;
    ImmutableSet<String> audience = this.audience;
    after.undo(
        () -> {
          this.consumers = consumers;
          this.audience = audience;
        });
    for (AttachedConsumer consumer : consumers) {
      consumer.keep(after);
    }
  }

  void join(AttachedConsumer consumer) {
    List<AttachedConsumer> more = new ArrayList<>(consumers);
    more.add(consumer);
    consumers = List.copyOf(more);
    countAudience();
  }

  /** Takes a consumer out. False if it had not joined. */
  boolean leave(StreamConsumer consumer) {
    if (!consumers.contains(consumer)) {
      return false;
    }
    consumers = consumers.stream().filter(each -> each != consumer).toList();
    countAudience();
    return true;
  }

  /** Works out the groups again, after a device has come or gone. */
  private void countAudience() {
    ImmutableSet.Builder<String> groups = ImmutableSet.builder();
    groups.add(producer.trustGroup());
    consumers.forEach(consumer -> groups.add(consumer.device().trustGroup()));
    audience = groups.build();
  }

  /** The groups of the producer and of all consumers. */
  Set<String> audience() {
    return audience;
  }

  List<AttachedConsumer> consumers() {
    return consumers;
  }

  /** The producer, and after it the consumers. */
  List<RegisteredDevice> all() {
    List<RegisteredDevice> devices = new ArrayList<>();
    devices.add(producer);
    consumers.forEach(consumer -> devices.add(consumer.device()));
    return devices;
  }
}
