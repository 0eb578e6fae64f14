package dev.dmabroker.internal.stream;

import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A frame that the producer fills: from when it is acquired until the consumers have it. */
final class FillingFrame extends StreamFrame implements EmptyFrame {
  /** Zeroed in parts of that size, so that larger memory than a ByteBuffer spans can be. */
  private static final byte[] ZEROS = new byte[64 * 1024];

  private final ProducerSide side;

  // Guarded by the stream's lock, but for the thread that has the frame.
  private @Nullable Set<String> scrubFor;
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
    checkEnds();
    unmap();
    handOn();
  }

  private void checkEnds() {
    if (!end()) {
      returnLate();
      throw ended("submit");
    }
  }

  private void handOn() {
    if (!side.submit(this)) {
      takeBack();
      throw stopped("submit");
    }
  }

  @Override
  public void submitAfter(SyncFile fence) {
    checkEnds();
    fenced = true;
    handOn();
    try {
      mapped().closeAfter(fence, errno -> side.signalled(this, errno));
    } catch (RuntimeException | Error e) {
      side.unsubmit(this);
      throw e;
    }
  }

  @Override
  public void close() {
    if (endForGood()) {
      takeBack();
    } else {
      returnLate();
    }
  }

  /**
   * The stream stops. Where a CPU view is still open the application writes, so that the buffer is
   * returned by the call that ends the frame.
   */
  void cancelled() {
    unmap();
    if (buffer().buffer().life.currentHolders().isEmpty()) {
      side.returned(this);
    }
  }

  private void returnLate() {
    if (isCancelled()) {
      side.returned(this);
    }
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

  /** Whether no fence has to be waited for. */
  boolean isReady() {
    return !fenced;
  }

  /** Its fence has signalled. */
  void signalled(OptionalInt errno) {
    fenced = false;
    failed = errno.isPresent();
  }

  /** Its fence was refused. */
  void forgetFence() {
    fenced = false;
  }

  /** Whether its fence ended with an error, so that no consumer gets it. */
  boolean hasFailed() {
    return failed;
  }

  // ---- Scrubbing ----

  boolean isToScrub() {
    return scrubFor != null;
  }

  /** Its contents are not for all of these groups. */
  void scrubFor(Set<String> groups) {
    scrubFor = groups;
  }

  /**
   * Overwrites the buffer with zeros, if its contents are not for all devices of the stream. If the
   * CPU cannot, the buffer leaves the stream, and another takes its place when it is needed.
   *
   * @return false if it has left, or if the stream was stopped meanwhile
   */
  boolean scrub() {
    Set<String> groups = scrubFor;
    if (groups == null) {
      return true;
    }
    try (CpuView view = mapped().cpuView()) {
      long size = view.sizeBytes();
      for (long at = 0; at < size; at += ZEROS.length) {
        int length = (int) Math.min(ZEROS.length, size - at);
        ByteBuffer part = view.bytes(at, length);
        part.put(ZEROS, 0, length);
      }
      side.scrubbed(buffer(), groups); // While the view keeps it from being given out anew.
    } catch (RuntimeException | Error e) { // Whatever a heap throws: the buffer is not lost.
      if (!isCancelled()) {
        EngineLog.LOG.log(Level.DEBUG, "cannot scrub " + this + "; it leaves the stream", e);
        side.unusable(buffer());
      }
      takeBack();
      return false;
    }
    scrubFor = null;
    return true;
  }

  @Override
  public String toString() {
    return buffer() + ", which was acquired";
  }
}
