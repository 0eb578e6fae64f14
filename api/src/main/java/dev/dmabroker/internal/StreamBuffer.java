package dev.dmabroker.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One buffer of a stream. What is not final is guarded by the stream's lock. */
final class StreamBuffer {
  private final int index;
  private final ManagedBuffer buffer;
  private final AttachedDevice producer;
  private final List<Reading> readings = new ArrayList<>(2);

  /** The groups that its contents are for; null while it has none. */
  private @Nullable Set<String> audience;

  /** Who has it: the producer, and each consumer that it is queued for or held by. */
  private int users;

  private long sizeBytes;
  private long freeSinceNanos;
  private boolean leaving;
  private boolean gone;

  private record Reading(AttachedConsumer reader, AttachedDevice attachment) {}

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

  // ---- Who reads ----

  boolean isReadBy(AttachedConsumer reader) {
    return find(reader) != null;
  }

  void addReader(AttachedConsumer reader, AttachedDevice attachment) {
    readings.add(new Reading(reader, attachment));
  }

  /** Whose attachment, which may be gone; null if there never was one. */
  @Nullable AttachedDevice removeReader(AttachedConsumer reader) {
    Reading reading = find(reader);
    if (reading == null) {
      return null;
    }
    readings.remove(reading);
    return reading.attachment();
  }

  /** The attachments of those who read no more. */
  List<AttachedDevice> removeReadersBut(List<AttachedConsumer> readers) {
    List<AttachedDevice> left = new ArrayList<>();
    readings.removeIf(
        reading -> !readers.contains(reading.reader()) && left.add(reading.attachment()));
    return left;
  }

  AttachedDevice attachment(AttachedConsumer reader) {
    Reading reading = find(reader);
    if (reading == null) {
      throw new IllegalStateException(reader + " does not read " + buffer);
    }
    return reading.attachment();
  }

  private @Nullable Reading find(AttachedConsumer reader) {
    for (Reading reading : readings) {
      if (reading.reader() == reader) {
        return reading;
      }
    }
    return null;
  }

  // ---- Who has it ----

  void use() {
    users++;
  }

  /** Whether that was the last. */
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

  // ---- Whom its contents are for ----

  /**
   * From now on it is for these, if what it holds is for all of them. Otherwise it stays for whom
   * it was until it {@linkplain #scrubbedFor is scrubbed}, which may fail or be cancelled.
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
    readings.forEach(reading -> attachments.add(reading.attachment()));
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
