package dev.dmabroker.internal.stream;

import dev.dmabroker.CpuAccessException;
import dev.dmabroker.Frame;
import dev.dmabroker.internal.check.CheckedUse;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;

/** A frame for one consumer, from the moment it is queued until the consumer has released it. */
final class TakenFrame extends StreamFrame implements Frame {
  private final ConsumerSide side;
  private final AttachedDevice attachment;
  private final long sequence;

  /** The {@link StreamLife#run} of the stream in which the frame was submitted. */
  private final long run;

  TakenFrame(
      StreamLife life,
      ConsumerSide side,
      StreamBuffer buffer,
      AttachedDevice attachment,
      long sequence) {
    super(life, buffer);
    this.side = side;
    this.attachment = attachment;
    this.sequence = sequence;
    this.run = life.run();
  }

  long run() {
    return run;
  }

  @Override
  AttachedDevice attachment() {
    return attachment;
  }

  @Override
  Access access() {
    return Access.READ;
  }

  @Override
  public long sequence() {
    return sequence;
  }

  @Override
  public void closeAfter(SyncFile fence) {
    if (!end()) {
      throw ended("close");
    }
    try {
      CpuAccessException failure = endViews();
      if (failure != null) {
        throw failure;
      }
      unmapAfter(fence, "closed here", errno -> side.signalled(this));
    } catch (Throwable e) {
      // The frame goes on without its views, unless it was closed meanwhile.
      if (!reopen()) {
        release();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    if (!endForGood()) {
      return;
    }
    CpuAccessException failure;
    try {
      failure = endViews();
      checkEnd();
      release();
    } catch (VirtualMachineError e) {
      goOn(); // So that it can be closed once more.
      throw e;
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void checkEnd() {
    CheckedUse use = use();
    if (use != null) {
      use.endWithoutFence("closed here");
    }
  }

  /** Gives the frame back to the stream, unmapped. */
  private void release() {
    unmap();
    side.released(this);
  }

  @Override
  void takeBack() {
    unmap();
    side.putBack(this);
  }

  @Override
  public String toString() {
    return "frame " + sequence + " in " + buffer() + " for " + attachment.device().name();
  }
}
