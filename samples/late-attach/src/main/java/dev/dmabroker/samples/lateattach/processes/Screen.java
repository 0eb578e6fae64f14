package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.Frame;
import dev.dmabroker.spec.Constraints;

/** Shows frames. Used by one thread. */
interface Screen extends AutoCloseable {

  /** What memory it takes. */
  Constraints constraints();

  /** Shows a frame, and releases it when it is not shown any more. */
  void show(Frame frame);

  /** Stops to show, and releases what it has. */
  @Override
  void close();

  /** A display that exists in software alone, and takes contiguous memory only. */
  static Screen modelled() {
    return new Nothing(
        Constraints.builder().cpuReach().contiguous().addressBits(32).build(),
        "a modelled display");
  }

  /** No screen: the CPU looks at each frame, and that is all. */
  static Screen none() {
    return new Nothing(Constraints.builder().cpuOnly().build(), "no screen");
  }

  /**
   * Lets each frame go at once.
   *
   * @param constraints what memory it takes
   * @param name for a person to read
   */
  record Nothing(Constraints constraints, String name) implements Screen {
    @Override
    public void show(Frame frame) {
      frame.close();
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
      return name;
    }
  }
}
