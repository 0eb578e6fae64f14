package dev.dmabroker.internal.stream;

import com.google.common.collect.ImmutableSet;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.internal.buffer.ManagedBuffer;
import dev.dmabroker.internal.check.BufferCheck;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One buffer of a stream, with the attachments of the producer and the consumers. The stream's lock
 * guards every field that is not final.
 */
final class StreamBuffer {
  private final int index;
  private final ManagedBuffer buffer;
  private final AttachedDevice producer;

  /** Checks how the memory is used; null if that is not to be checked. */
  private final @Nullable BufferCheck check;

  private List<Connection> consumers = List.of();

  /** The groups that the buffer's contents are for; null while it has no contents. */
  private @Nullable Set<String> audience;

  /** The groups that were ever given its memory, and may have kept a descriptor of it. */
  private Set<String> seen = Set.of();

  /** How many users have the buffer: the producer, and each consumer that queues or holds it. */
  private int users;

  private long sizeBytes;

  /** Since when the buffer is free; of use only while it is. */
  private long freeSinceNanos;

  private boolean leaving;
  private boolean gone;

  private record Connection(StreamConsumer consumer, AttachedDevice attachment) {}

  StreamBuffer(int index, ManagedBuffer buffer, AttachedDevice producer) {
    this.index = index;
    this.buffer = buffer;
    this.producer = producer;
    this.check = BufferCheck.of(buffer.life.services());
    this.sizeBytes = buffer.spec().layout().sizeBytes();
    noteForeign(producer);
  }

  /** Has a change that throws put back what it does to the buffer. */
  void keep(AfterLock after) {
    List<Connection> consumers = this.consumers;
    Set<String> audience = this.audience;
    Set<String> seen = this.seen;
    int users = this.users;
    long sizeBytes = this.sizeBytes;
    long freeSinceNanos = this.freeSinceNanos;
    boolean leaving = this.leaving;
    boolean gone = this.gone;
    after.undo(
        () -> {
          this.consumers = consumers;
          this.audience = audience;
          this.seen = seen;
          this.users = users;
          this.sizeBytes = sizeBytes;
          this.freeSinceNanos = freeSinceNanos;
          this.leaving = leaving;
          this.gone = gone;
        });
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
    List<Connection> more = new ArrayList<>(consumers);
    more.add(new Connection(consumer, attachment));
    consumers = List.copyOf(more);
    noteForeign(attachment);
  }

  /** Removes a consumer and returns its attachment, which may be gone; null if there was none. */
  @SuppressWarnings("ReferenceEquality") // It is one of them.
  @Nullable AttachedDevice removeConsumer(StreamConsumer consumer) {
    Connection found = find(consumer);
    if (found == null) {
      return null;
    }
    consumers = consumers.stream().filter(each -> each != found).toList();
    return found.attachment();
  }

  /** Removes all consumers but these, and returns the attachments of those that it removed. */
  List<AttachedDevice> removeConsumersBut(List<? extends StreamConsumer> kept) {
    List<Connection> stay =
        consumers.stream().filter(each -> kept.contains(each.consumer())).toList();
    List<AttachedDevice> left =
        consumers.stream()
            .filter(each -> !stay.contains(each))
            .map(Connection::attachment)
            .toList();
    consumers = stay;
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

  // ---- Whether its uses are checked ----

  private void noteForeign(AttachedDevice attachment) {
    if (check != null && attachment.device().isForeign()) {
      check.unchecked();
    }
  }

  /** The check of what the device does with the memory; null if that is not checked. */
  @Nullable BufferCheck check(AttachedDevice attachment) {
    return check == null || attachment.device().isForeign() ? null : check;
  }

  /** The stream itself has overwritten the contents. */
  void overwritten() {
    if (check != null) {
      check.overwritten();
    }
  }

  // ---- How many have it ----

  void use() {
    users++;
  }

  /** One user does not have the buffer any more. True if that was the last. */
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
   * Makes the buffer one for these groups, if its contents are for all of them. Otherwise it stays
   * for the groups that it was for until it {@linkplain #scrubbedFor is scrubbed}, which may fail
   * or be cancelled.
   */
  boolean isFor(Set<String> groups) {
    if (audience != null && !audience.equals(groups) && !audience.containsAll(groups)) {
      return false;
    }
    scrubbedFor(groups);
    return true;
  }

  /** Nothing is left of the contents: the buffer is for these groups from now on. */
  void scrubbedFor(Set<String> groups) {
    audience = groups;
    if (!seen.containsAll(groups)) {
      seen = ImmutableSet.<String>builder().addAll(seen).addAll(groups).build();
    }
  }

  /** Whether a group that was given the memory, and could read on, is not among these. */
  boolean isKnownToOthersThan(Set<String> groups) {
    return !groups.containsAll(seen);
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

  /** Takes the buffer out of circulation, once it is free. */
  void leave() {
    leaving = true;
  }

  boolean isLeaving() {
    return leaving;
  }

  boolean isGone() {
    return gone;
  }

  /**
   * Ends the buffer in the stream. The caller has to run the result without the lock, which closes
   * the buffer.
   */
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
