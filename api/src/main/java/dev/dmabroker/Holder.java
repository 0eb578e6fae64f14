package dev.dmabroker;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Who holds a mapping.
 *
 * @param buffer the buffer's name
 * @param device the device's name
 * @param access what the mapping was made for
 * @param held since the map
 * @param thread name of the thread that mapped
 * @param callSite where it was mapped, if the broker records call sites
 */
public record Holder(
    String buffer,
    String device,
    Access access,
    Duration held,
    String thread,
    Optional<Throwable> callSite) {

  /** Such as {@code camera for 12 ms (READ, by capture-1)}. */
  @Override
  public String toString() {
    String site =
        callSite
            .flatMap(at -> Arrays.stream(at.getStackTrace()).findFirst())
            .map(frame -> ", at " + frame)
            .orElse("");
    return device + " for " + held.toMillis() + " ms (" + access + ", by " + thread + site + ")";
  }
}
