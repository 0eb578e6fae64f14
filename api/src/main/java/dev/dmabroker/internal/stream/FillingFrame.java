package dev.dmabroker.internal.stream;

import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.internal.check.CheckedUse;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A frame that the producer fills, from the moment it is acquired until the consumers have it. */
final class FillingFrame extends StreamFrame implements EmptyFrame {
  /** Zeroed in parts of that size, so that larger memory than a ByteBuffer spans can be. */
  private static final byte[] ZEROS = new byte[64 * 1024];

  private final ProducerSide side;

  // The stream's lock guards these, except for the thread that has the frame.
  private @Nullable Set<String> scrubFor;

  /** Whether the buffer is to be replaced, as others could read on. */
  private boolean replace;

  private long sequence;
  private boolean fenced;
  private boolean failed;

  FillingFrame(StreamLife life, ProducerSide side, StreamBuffer buffer) {
    super(life, buffer);
    this.side = side;
  }

  @Override
  AttachedDevice attachment() {
    return buffer().producer();
  }

  @Override
  Access access() {
    return Access.OVERWRITE;
  }

  // ---- What users call ----

  @Override
  public void submit() {
    endToSubmit();
    try {
      checkEnd();
      unmap();
      handOn();
    } catch (VirtualMachineError e) {
      goOn(); // There was no stack or memory to hand it on.
      throw e;
    }
  }

  private void checkEnd() {
    CheckedUse use = use();
    if (use != null) {
      use.endWithoutFence("submitted here");
    }
  }

  /**
   * Ends the frame for its submission, and the CPU's access with it, so that the consumers see what
   * the CPU wrote. If the access does not end well, the frame is not submitted, and goes on.
   */
  private void endToSubmit() {
    if (!end()) {
      RuntimeException why = ended("submit");
      CpuAccessException failure = returnLate();
      if (failure != null) {
        why.addSuppressed(failure);
      }
      throw why;
    }
    CpuAccessException failure;
    try {
      failure = endViews();
    } catch (VirtualMachineError e) {
      goOn();
      throw e;
    }
    if (failure != null) {
      side.resumed(this);
      throw failure;
    }
  }

  /** Submits the frame to the stream, unless the stream has stopped. */
  private void handOn() {
    if (!side.submit(this)) {
      takeBack();
      throw stopped("submit");
    }
  }

  @Override
  public void submitAfter(SyncFile fence) {
    endToSubmit();
    fenced = true;
    try {
      handOn();
    } catch (VirtualMachineError e) {
      fenced = false;
      goOn();
      throw e;
    }
    try {
      unmapAfter(fence, "submitted here", errno -> side.signalled(this, errno));
    } catch (Throwable e) {
      // The fence was refused, so the consumers must not wait for it.
      side.unsubmit(this);
      throw e;
    }
  }

  @Override
  public void close() {
    CpuAccessException failure;
    if (endForGood()) {
      try {
        failure = endViews();
        takeBack();
      } catch (VirtualMachineError e) {
        goOn(); // So that it can be closed once more.
        throw e;
      }
    } else {
      failure = returnLate();
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * The stream stops. Where a CPU view is still open, the application writes, so the view goes on,
   * and the buffer is returned by the call that ends the frame.
   */
  void cancelled() {
    unmap();
    if (buffer().buffer().life.currentHolders().isEmpty()) {
      side.returned(this);
    }
  }

  /**
   * Returns the buffer of a cancelled frame, if {@link #cancelled} could not.
   *
   * @return why the CPU's access did not end well; null if it did, or ended before
   */
  private @Nullable CpuAccessException returnLate() {
    if (!isCancelled()) {
      return null;
    }
    CpuAccessException failure = endViews();
    unmap();
    side.returned(this);
    return failure;
  }

  @Override
  void takeBack() {
    boolean unused = end();
    unmap();
    side.returned(this);
  }

  // ---- In flight; under the stream's lock ----

  void sequence(long number) {
    sequence = number;
  }

  long sequence() {
    return sequence;
  }

  /** Whether the frame waits for no fence. */
  boolean isReady() {
    return !fenced;
  }

  /** The frame's fence has signalled. */
  void signalled(OptionalInt errno) {
    fenced = false;
    failed = errno.isPresent();
  }

  /** The frame's fence was refused, so the frame does not wait for it. */
  void forgetFence() {
    fenced = false;
  }

  /** Whether the frame's fence ended with an error, so that no consumer gets the frame. */
  boolean hasFailed() {
    return failed;
  }

  // ---- Between groups that do not trust each other ----

  /** Whether {@link #clear} has something to do. */
  boolean isToClear() {
    return scrubFor != null || replace;
  }

  /** Notes that groups which may not see what comes had the memory, so that it is replaced. */
  void replace() {
    replace = true;
  }

  /** Notes that the contents are not for all of these groups, so that they are scrubbed. */
  void scrubFor(Set<String> groups) {
    scrubFor = groups;
  }

  /**
   * Overwrites the buffer with zeros, if its contents are not for all devices of the stream. If the
   * CPU cannot do that, or if zeros do not suffice, the buffer leaves the stream, and another takes
   * its place when one is needed.
   *
   * @return false if the buffer has left, or if the stream was stopped meanwhile
   */
  boolean clear() {
    if (replace) {
      giveUp();
      return false;
    }
    return scrubFor == null || scrub(scrubFor);
  }

  private boolean scrub(Set<String> groups) {
    try (CpuView view = mapped().cpuView()) {
      long size = view.sizeBytes();
      for (long at = 0; at < size; at += ZEROS.length) {
        int length = (int) Math.min(ZEROS.length, size - at);
        ByteBuffer part = view.bytes(at, length);
        part.put(ZEROS, 0, length);
      }
      buffer().overwritten();
      MemoryFaults.surface(); // What is not overwritten must not count as scrubbed.
      side.scrubbed(buffer(), groups); // While the view keeps it from being given out anew.
    } catch (Throwable e) { // The buffer is not lost, whatever a heap throws.
      EngineLog.LOG.log(Level.DEBUG, "cannot scrub " + this + "; it leaves the stream", e);
      giveUp();
      return false;
    }
    scrubFor = null;
    return true;
  }

  /** Its buffer leaves the stream, unless the frame was cancelled. */
  private void giveUp() {
    if (!isCancelled()) {
      side.unusable(buffer());
    }
    takeBack();
  }

  @Override
  public String toString() {
    return buffer() + ", which was acquired";
  }
}
