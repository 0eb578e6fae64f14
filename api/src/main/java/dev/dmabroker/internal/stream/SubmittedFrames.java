package dev.dmabroker.internal.stream;

import dev.dmabroker.internal.runtime.AfterLock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a stream that were submitted and are not handed on yet, in the order of submission.
 * The first frame waits for its fence, the others wait for the first. A frame gets its number as it
 * leaves, since its submission may still be taken back until then, and numbers have no gaps but for
 * frames that are dropped. The stream's lock guards all state.
 */
final class SubmittedFrames {
  private ArrayDeque<FillingFrame> frames = new ArrayDeque<>();
  private long numbered;

  /** Has a change that throws put back which frames there are. */
  void keep(AfterLock after) {
    ArrayDeque<FillingFrame> frames = this.frames.clone();
    long numbered = this.numbered;
    after.undo(
        () -> {
          this.frames = frames;
          this.numbered = numbered;
        });
  }

  void add(FillingFrame frame) {
    frames.add(frame);
  }

  /** Removes a frame that could not be submitted after all; it may be gone already. */
  void remove(FillingFrame frame) {
    boolean unused = frames.remove(frame);
  }

  boolean contains(FillingFrame frame) {
    return frames.contains(frame);
  }

  /** Takes the first frame if it waits for no fence; null if there is no frame to hand on. */
  @Nullable FillingFrame pollReady() {
    FillingFrame first = frames.peek();
    return first != null && first.isReady() ? take() : null;
  }

  /** Takes all frames. */
  List<FillingFrame> takeAll() {
    List<FillingFrame> all = new ArrayList<>();
    while (!frames.isEmpty()) {
      all.add(take());
    }
    return all;
  }

  private FillingFrame take() {
    FillingFrame first = frames.remove();
    first.sequence(numbered++);
    return first;
  }

  int waiting() {
    return frames.size();
  }

  /** How many frames have ever been submitted. */
  long count() {
    return numbered + frames.size();
  }
}
