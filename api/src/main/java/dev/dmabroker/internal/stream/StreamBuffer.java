package dev.dmabroker.internal.stream;

import dev.dmabroker.StreamConsumer;
import dev.dmabroker.internal.buffer.ManagedBuffer;
import dev.dmabroker.internal.gate.AttachedDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One buffer of a stream, with the attachments of the producer and the consumers. What is not final
 * is guarded by the stream's lock.
 */
final class StreamBuffer {
  private final int index;
  private final ManagedBuffer buffer;
  private final AttachedDevice producer;
  private final List<Connection> consumers = new ArrayList<>(2);

  /** The groups that its contents are for; null while it has none. */
  private @Nullable Set<String> audience;

  /** How many have it: the producer, and each consumer that it is queued for or held by. */
  private int users;

  private long sizeBytes;
  private long freeSinceNanos;
  private boolean leaving;
  private boolean gone;

  private record Connection(StreamConsumer consumer, AttachedDevice attachment) {}

  StreamBuffer(int index, ManagedBuffer buffer, AttachedDevice producer) {
    this.index = index;
    this.buffer = buffer;
    this.producer = producer;
    this.sizeBytes = buffer.spec().layout().sizeBytes();
  }

  int index() {
    return index;
  }

  ManagedBuffer buffer() {
    return buffer;
  }

  /** The producer's attachment. */
  AttachedDevice producer() {
    return producer;
  }

  // ---- Its consumers ----

  boolean isAttachedTo(StreamConsumer consumer) {
    return find(consumer) != null;
  }

  void addConsumer(StreamConsumer consumer, AttachedDevice attachment) {
    consumers.add(new Connection(consumer, attachment));
  }

  /** The consumer's attachment, which may be gone; null if there never was one. */
  @Nullable AttachedDevice removeConsumer(StreamConsumer consumer) {
    Connection found = find(consumer);
    if (found == null) {
      return null;
    }
    consumers.remove(found);
    return found.attachment();
  }

  /** Removes all consumers but these, and gives their attachments. */
  List<AttachedDevice> removeConsumersBut(List<? extends StreamConsumer> kept) {
    List<AttachedDevice> left = new ArrayList<>();
    consumers.removeIf(each -> !kept.contains(each.consumer()) && left.add(each.attachment()));
    return left;
  }

  /** The attachment of a consumer that is attached. */
  AttachedDevice attachment(StreamConsumer consumer) {
    Connection found = find(consumer);
    if (found == null) {
      throw new IllegalStateException(consumer + " does not read " + buffer);
    }
    return found.attachment();
  }

  private @Nullable Connection find(StreamConsumer consumer) {
    for (Connection each : consumers) {
      if (each.consumer() == consumer) {
        return each;
      }
    }
    return null;
  }

  // ---- How many have it ----

  void use() {
    users++;
  }

  /** One has it no more. True if that was the last. */
  boolean endUse() {
    return --users == 0;
  }

  int users() {
    return users;
  }

  boolean isFree() {
    return users == 0;
  }

  void freeSince(long nanos) {
    freeSinceNanos = nanos;
  }

  long freeSince() {
    return freeSinceNanos;
  }

  // ---- The groups that its contents are for ----

  /**
   * From now on it is for these, if what it holds is for all of them. Otherwise it stays for those
   * that it was for until it {@linkplain #scrubbedFor is scrubbed}, which may fail or be cancelled.
   */
  boolean isFor(Set<String> groups) {
    if (audience != null && !audience.equals(groups) && !audience.containsAll(groups)) {
      return false;
    }
    audience = groups;
    return true;
  }

  /** Nothing is left of what it held. */
  void scrubbedFor(Set<String> groups) {
    audience = groups;
  }

  boolean mayBeSeenBy(String group) {
    return audience != null && audience.contains(group);
  }

  // ---- What it takes ----

  void sizeBytes(long bytes) {
    sizeBytes = bytes;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  // ---- Its end ----

  /** It does not go round any more. */
  void leave() {
    leaving = true;
  }

  boolean isLeaving() {
    return leaving;
  }

  boolean isGone() {
    return gone;
  }

  /** It is out of the stream; what is returned has to be closed without the lock. */
  Runnable destroy() {
    gone = true;
    List<AttachedDevice> attachments = new ArrayList<>();
    consumers.forEach(each -> attachments.add(each.attachment()));
    attachments.add(producer);
    return () -> {
      buffer.close();
      attachments.forEach(AttachedDevice::close);
    };
  }

  @Override
  public String toString() {
    return buffer.name();
  }
}
