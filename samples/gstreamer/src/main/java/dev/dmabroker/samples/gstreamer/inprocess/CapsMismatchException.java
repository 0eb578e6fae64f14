package dev.dmabroker.samples.gstreamer.inprocess;

import java.util.List;

/**
 * A pipeline does not take the pictures of a stream: the format, the size, the rate or the kind of
 * memory does not fit. The text has both sides, and says what helps.
 */
public final class CapsMismatchException extends GstMemoryException {
  private static final long serialVersionUID = 1;

  private final List<String> offered;
  private final String taken;

  CapsMismatchException(String element, List<String> offered, String taken) {
    super(
        ("what follows %s takes %s, and the stream delivers %s; let the stream have a format of"
                + " theirs, or put videoconvert, videoscale or videorate behind %s")
            .formatted(element, taken, String.join(" or ", offered), element));
    this.offered = List.copyOf(offered);
    this.taken = taken;
  }

  /** {@return the caps that the stream's frames can be given as, best first} */
  public List<String> offered() {
    return offered;
  }

  /** {@return the caps that the pipeline takes} */
  public String taken() {
    return taken;
  }
}
