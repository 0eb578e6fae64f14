package dev.dmabroker.internal.stream;

import dev.dmabroker.internal.runtime.AfterLock;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a stream that were submitted and are not handed on yet, in the order of submission.
 * The first frame waits for its fence, the others wait for the first. The stream's lock guards all
 * state.
 */
final class SubmittedFrames {
  private ArrayDeque<FillingFrame> frames = new ArrayDeque<>();
  private long count;

  /** Has a change that throws put back which frames there are. */
  void keep(AfterLock after) {
    ArrayDeque<FillingFrame> frames = this.frames.clone();
    long count = this.count;
    after.undo(
        () -> {
          this.frames = frames;
          this.count = count;
        });
  }

  /** Adds a frame, and gives it the next number. */
  void add(FillingFrame frame) {
    frame.sequence(count++);
    frames.add(frame);
  }

  /** Removes a frame that could not be submitted after all; it may be gone already. */
  void remove(FillingFrame frame) {
    boolean unused = frames.remove(frame);
  }

  boolean contains(FillingFrame frame) {
    return frames.contains(frame);
  }

  /** Removes the first frame if it waits for no fence; null if there is no frame to hand on. */
  @Nullable FillingFrame pollReady() {
    FillingFrame first = frames.peek();
    return first != null && first.isReady() ? frames.remove() : null;
  }

  /** Removes all frames. */
  List<FillingFrame> removeAll() {
    List<FillingFrame> all = List.copyOf(frames);
    frames.clear();
    return all;
  }

  int waiting() {
    return frames.size();
  }

  /** How many frames have ever been submitted. */
  long count() {
    return count;
  }
}
