package dev.dmabroker.internal;

import dev.dmabroker.Access;
import dev.dmabroker.BrokerException;
import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.SyncFile;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/** The producer's turn with a buffer. */
final class FillingFrame extends Lease implements EmptyFrame {
  private static final System.Logger LOG = System.getLogger(FillingFrame.class.getName());

  /** Zeroed in parts of that size, so that larger memory than a ByteBuffer spans can be. */
  private static final byte[] ZEROS = new byte[64 * 1024];

  // Guarded by the stream's lock, but for who has the frame.
  private boolean toScrub;
  private long sequence;
  private boolean fenced;
  private boolean failed;

  FillingFrame(StreamLife stream, StreamBuffer buffer) {
    super(stream, buffer);
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
    if (!end(Phase.DONE)) {
      returnLate();
      throw ended("submit");
    }
  }

  private void handOn() {
    if (!stream().locked(effects -> stream().submit(this, effects))) {
      takeBack();
      throw stream().stopped("submit " + this);
    }
  }

  @Override
  public void submitAfter(SyncFile fence) {
    checkEnds();
    fenced = true;
    handOn();
    try {
      mapped().closeAfter(fence, errno -> stream().signalled(this, errno));
    } catch (RuntimeException | Error e) {
      stream()
          .locked(
              effects -> {
                fenced = false;
                stream().unsubmit(this, effects);
                return null;
              });
      throw e;
    }
  }

  @Override
  public void close() {
    if (end(Phase.DONE)) {
      takeBack();
    } else {
      returnLate();
    }
  }

  /**
   * The stream stops. Where a CPU view is still open somebody writes, so that the buffer is
   * returned by who ends the frame.
   */
  void cancelled() {
    unmap();
    if (buffer().buffer().currentHolders().isEmpty()) {
      stream().returned(this);
    }
  }

  private void returnLate() {
    if (isCancelled()) {
      stream().returned(this);
    }
  }

  @Override
  void takeBack() {
    boolean unused = end(Phase.DONE);
    unmap();
    stream().returned(this);
  }

  // ---- In flight ----

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

  void signalled(boolean error) {
    fenced = false;
    failed = error;
  }

  boolean hasFailed() {
    return failed;
  }

  // ---- Scrubbing ----

  void scrub(boolean needed) {
    toScrub = needed;
  }

  boolean isToScrub() {
    return toScrub;
  }

  /**
   * Overwrites the buffer with zeros. If the CPU cannot, the buffer leaves the stream, and another
   * takes its place when it is needed.
   *
   * @return false if it has left
   */
  boolean scrub() {
    try (CpuView view = mapped().cpuView()) {
      long size = view.sizeBytes();
      for (long at = 0; at < size; at += ZEROS.length) {
        int length = (int) Math.min(ZEROS.length, size - at);
        ByteBuffer part = view.bytes(at, length);
        part.put(ZEROS, 0, length);
      }
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "cannot scrub " + this + "; it leaves the stream", e);
      boolean unused = stream().remove(buffer().index());
      takeBack();
      return false;
    }
    toScrub = false;
    stream().scrubbed();
    return true;
  }

  @Override
  public String toString() {
    return buffer() + ", which was acquired";
  }
}
