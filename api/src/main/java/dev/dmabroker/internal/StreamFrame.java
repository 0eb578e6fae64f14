package dev.dmabroker.internal;

import dev.dmabroker.Mapping;
import dev.dmabroker.spec.Access;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One side's turn with a buffer of a stream. It ends once, for whoever changes its phase first; the
 * buffer goes on after the mapping is closed, which is done without the stream's lock.
 */
abstract class StreamFrame {

  /** How far it is. */
  enum Phase {
    /** To be used. */
    OPEN,
    /** Handed on, after a fence or at once. */
    DONE,
    /** The stream was stopped. */
    CANCELLED
  }

  private final StreamLife stream;
  private final StreamBuffer buffer;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OPEN);

  /** Somebody who came too late wanted it to be over. */
  private volatile boolean unwanted;

  /** Set under the stream's lock before anybody else gets the lease. */
  private @Nullable BufferMapping mapping;

  private long sinceNanos;
  private boolean overheld;

  StreamFrame(StreamLife stream, StreamBuffer buffer) {
    this.stream = stream;
    this.buffer = buffer;
  }

  StreamLife stream() {
    return stream;
  }

  StreamBuffer buffer() {
    return buffer;
  }

  public int index() {
    return buffer.index();
  }

  /** Whose turn it is. */
  abstract AttachedDevice attachment();

  abstract Access access();

  /** Nobody has seen it: as if it had not been given out. */
  abstract void takeBack();

  // ---- The mapping ----

  public Mapping mapping() {
    return mapped();
  }

  BufferMapping mapped() {
    BufferMapping known = mapping;
    if (known == null) {
      throw new IllegalStateException(this + " was given out without a mapping");
    }
    return known;
  }

  boolean isMapped() {
    return mapping != null;
  }

  /** Maps if the buffer lies still. Under the stream's lock: no other lock is taken. */
  boolean enter(boolean own) {
    BufferMapping entered = attachment().enter(access(), own);
    if (entered == null) {
      return false;
    }
    mapped(entered);
    return true;
  }

  /** Under the stream's lock. */
  void mapped(BufferMapping given) {
    mapping = given;
    buffer.sizeBytes(given.sizeBytes());
  }

  void unmap() {
    BufferMapping known = mapping;
    if (known != null) {
      known.close();
    }
  }

  /** Under the stream's lock, of a lease that goes back into a queue. */
  void forgetMapping() {
    mapping = null;
  }

  // ---- Its end ----

  boolean isOpen() {
    return phase.get() == Phase.OPEN;
  }

  /** Whether the caller, and nobody else, has ended it so. */
  boolean end(Phase how) {
    return phase.compareAndSet(Phase.OPEN, how);
  }

  /**
   * The same for who has nothing more to do with it: if it is just being handed on and that fails,
   * it must not go on after all.
   */
  boolean endForGood() {
    if (end(Phase.DONE)) {
      return true;
    }
    unwanted = true; // Before the second try, as reopen looks at it after it has opened.
    return end(Phase.DONE);
  }

  /**
   * What was ended by {@link Phase#DONE} goes on after all, unless somebody has done with it
   * meanwhile: then it is still ended, and the caller has to see to what that entails.
   */
  boolean reopen() {
    phase.set(Phase.OPEN);
    return !unwanted || !end(Phase.DONE);
  }

  boolean isCancelled() {
    return phase.get() == Phase.CANCELLED;
  }

  RuntimeException ended(String intent) {
    return isCancelled()
        ? stream.stopped(intent + " " + this)
        : Exceptions.closed(
            "cannot " + intent + " " + this + ": it was submitted or closed before");
  }

  // ---- For how long; under the stream's lock ----

  void begin(long nowNanos) {
    sinceNanos = nowNanos;
    overheld = false;
  }

  long sinceNanos() {
    return sinceNanos;
  }

  /** Whether it has not been told yet. */
  boolean markOverheld() {
    boolean first = !overheld;
    overheld = true;
    return first;
  }
}
