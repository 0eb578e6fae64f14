package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.samples.lateattach.Vivid;
import dev.dmabroker.spec.ImageSpec;
import java.util.Locale;

/** What a process that takes frames is in the job. */
enum Role {
  /** Is there from the start, and looks at each frame with the CPU. */
  VIEWER,
  /** Attaches when it is told to, and is modelled. */
  DISPLAY,
  /** Attaches when it is told to, and is the kernel's vivid driver. */
  VIVID_DISPLAY;

  /** Whether it waits for a line of input before it attaches. */
  boolean isLate() {
    return this != VIEWER;
  }

  /** Opens where it shows frames. */
  Screen open(ImageSpec image) {
    return switch (this) {
      case VIEWER -> Screen.none();
      case DISPLAY -> Screen.modelled();
      case VIVID_DISPLAY ->
          new VividScreen(
              Vivid.display(image).orElseThrow(() -> new IllegalStateException(Vivid.MISSING)));
    };
  }

  /** As its device and its connection are called. */
  @Override
  public String toString() {
    return isLate() ? "display" : name().toLowerCase(Locale.ROOT);
  }
}
