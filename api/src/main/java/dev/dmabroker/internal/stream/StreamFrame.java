package dev.dmabroker.internal.stream;

import dev.dmabroker.CpuAccessException;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.internal.check.BufferCheck;
import dev.dmabroker.internal.check.CheckedUse;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A frame: a buffer of a stream that is with the producer, or with one consumer. A frame ends once,
 * and the caller that changes its phase first ends it. The buffer goes on after the mapping is
 * closed, which is done without the stream's lock.
 */
abstract class StreamFrame {

  /** The phases of a frame. */
  private enum Phase {
    /** The application may use the frame. */
    OPEN,
    /** The frame is handed on, after a fence or at once. */
    DONE,
    /** The stream was stopped. */
    CANCELLED
  }

  private final StreamLife life;
  private final StreamBuffer buffer;
  private final FrameMemory memory = new FrameMemory(this);
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OPEN);

  /** Whether a caller that came too late wanted the frame to be over. */
  private volatile boolean unwanted;

  /** Set under the stream's lock before the application gets the frame. */
  private @Nullable BufferMapping mapping;

  /** What is checked of the mapping; null unless access is checked. */
  private volatile @Nullable CheckedUse use;

  private long sinceNanos;
  private boolean overheld;

  StreamFrame(StreamLife life, StreamBuffer buffer) {
    this.life = life;
    this.buffer = buffer;
  }

  StreamBuffer buffer() {
    return buffer;
  }

  public int index() {
    return buffer.index();
  }

  /** The attachment of the device that has the buffer. */
  abstract AttachedDevice attachment();

  abstract Access access();

  /** Undoes giving the frame out, as it never reached the application. */
  abstract void takeBack();

  // ---- The mapping ----

  public MappedMemory mapping() {
    return memory;
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

  /**
   * Maps if the buffer lies still. It runs under the stream's lock, and takes no other lock.
   *
   * @param own whether the mapping belongs to the calling thread
   */
  boolean enter(boolean own, AfterLock after) {
    BufferMapping[] mapped = new BufferMapping[1];
    after.undo(
        () -> {
          if (mapped[0] != null && mapped[0].leave()) {
            mapping = null;
            after.then(mapped[0]::close); // The mover may have taken it for a mapping.
          }
        });
    BufferMapping entered = attachment().enter(access(), own);
    if (entered == null) {
      return false;
    }
    mapped[0] = entered;
    mapped(entered);
    return true;
  }

  /** Notes the mapping, and the size that it tells. Under the stream's lock. */
  void mapped(BufferMapping given) {
    mapping = given;
    buffer.sizeBytes(given.sizeBytes());
  }

  /**
   * Ends the frame's CPU views, after the frame has ended and before the next device may have the
   * buffer; see {@link FrameMemory#endViews}.
   */
  @Nullable CpuAccessException endViews() {
    return memory.endViews();
  }

  void unmap() {
    BufferMapping known = mapping;
    if (known == null) {
      return;
    }
    CheckedUse its = use;
    if (its != null && known.leave()) {
      its.ended();
    }
    known.close();
  }

  /** Forgets the mapping of a frame that goes back into a queue. Under the stream's lock. */
  void forgetMapping(AfterLock after) {
    BufferMapping before = mapping;
    after.undo(() -> mapping = before);
    mapping = null;
  }

  // ---- Its check ----

  /** Whether the frame's use is checked, so that {@link #beginCheck} has something to do. */
  boolean isChecked() {
    return buffer.check(attachment()) != null;
  }

  /**
   * Begins the check of the mapped frame before the application gets the frame. Looks at contents,
   * which may block as CPU access does, so it must not run under a lock.
   */
  void beginCheck(String how) {
    BufferCheck check = buffer.check(attachment());
    if (check == null) {
      return;
    }
    try {
      use = check.begin(mapped(), how);
    } catch (VirtualMachineError e) {
      check.unchecked(); // The frame matters more than its check, for which there is no room.
    }
  }

  /** What is checked of the frame; null unless access is checked. */
  @Nullable CheckedUse use() {
    return use;
  }

  /** Ends the mapping after the fence, and tells when that has signalled. */
  void unmapAfter(SyncFile fence, String how, Consumer<OptionalInt> then) {
    CheckedUse its = use;
    if (its == null) {
      mapped().closeAfter(fence, then);
      return;
    }
    its.endAfter(fence, how);
    mapped()
        .closeAfter(
            fence,
            errno -> {
              its.ended();
              then.accept(errno);
            });
  }

  // ---- Its end ----

  boolean isOpen() {
    return phase.get() == Phase.OPEN;
  }

  /** Ends the frame because it is handed on or closed. False if it has ended before. */
  boolean end() {
    return phase.compareAndSet(Phase.OPEN, Phase.DONE);
  }

  /** Ends the frame because the stream stops. False if it has ended before. */
  boolean cancel(AfterLock after) {
    boolean[] cancelled = new boolean[1];
    after.undo(
        () -> {
          if (cancelled[0]) {
            phase.set(Phase.OPEN);
          }
        });
    cancelled[0] = phase.compareAndSet(Phase.OPEN, Phase.CANCELLED);
    return cancelled[0];
  }

  /**
   * Ends the frame as {@link #end} does, for a caller that has nothing more to do with it: if the
   * frame is just being handed on and that fails, it must not go on after all.
   */
  boolean endForGood() {
    if (end()) {
      return true;
    }
    unwanted = true; // Before the second try, as reopen looks at it after it has opened.
    return end();
  }

  /**
   * A frame that {@linkplain #end ended} goes on after all, unless {@link #endForGood} was called
   * meanwhile. Then it is still ended, and the caller has to see to what that entails.
   */
  boolean reopen() {
    phase.set(Phase.OPEN);
    return !unwanted || !end();
  }

  /** A frame that {@linkplain #end ended} is open again, as the caller could not go on with it. */
  void goOn() {
    boolean unused = phase.compareAndSet(Phase.DONE, Phase.OPEN);
  }

  boolean isCancelled() {
    return phase.get() == Phase.CANCELLED;
  }

  /** Why the frame cannot be used after its end. */
  RuntimeException ended(String intent) {
    return isCancelled()
        ? stopped(intent)
        : Exceptions.closed(
            "cannot " + intent + " " + this + ": it was submitted or closed before");
  }

  /** Why the frame cannot be used while the stream does not run. */
  RuntimeException stopped(String intent) {
    return life.stopped(intent + " " + this);
  }

  // ---- For how long; under the stream's lock ----

  void begin(long nowNanos) {
    sinceNanos = nowNanos;
    overheld = false;
  }

  long sinceNanos() {
    return sinceNanos;
  }

  boolean isOverheld() {
    return overheld;
  }

  /** Notes that the frame is held too long. False if that was known. */
  boolean markOverheld() {
    boolean first = !overheld;
    overheld = true;
    return first;
  }
}
