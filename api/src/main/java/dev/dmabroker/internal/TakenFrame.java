package dev.dmabroker.internal;

import dev.dmabroker.Frame;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;

/** A consumer's turn with a buffer, from when it is queued. */
final class TakenFrame extends StreamFrame implements Frame {
  private final AttachedConsumer reader;
  private final AttachedDevice attachment;
  private final long sequence;

  /** Which of the stream's it is of. */
  private final long run;

  TakenFrame(StreamLife stream, AttachedConsumer reader, StreamBuffer buffer, long sequence) {
    super(stream, buffer);
    this.reader = reader;
    this.attachment = buffer.attachment(reader);
    this.sequence = sequence;
    this.run = stream.run;
  }

  /** Whether the stream has not been stopped since it was submitted. */
  boolean isOfThisRun() {
    return run == stream().run;
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
    if (!end(Phase.DONE)) {
      throw ended("close");
    }
    try {
      mapped().closeAfter(fence, errno -> reader.signalled(this));
    } catch (RuntimeException | Error e) {
      if (!reopen()) {
        release();
      }
      throw e;
    }
  }

  @Override
  public void close() {
    if (endForGood()) {
      release();
    }
  }

  private void release() {
    unmap();
    reader.released(this);
  }

  @Override
  void takeBack() {
    unmap();
    reader.putBack(this);
  }

  @Override
  public String toString() {
    return "frame " + sequence + " in " + buffer() + " for " + reader.device().name();
  }
}
