package dev.dmabroker;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who holds a mapping.
 *
 * @param buffer the buffer's name
 * @param device the device's name
 * @param access what the mapping was made for
 * @param held since the map
 * @param thread name of the thread that mapped
 * @param callSite where it was mapped, if the broker records call sites, or took a sample of it
 * @param fenced whether only a fence is waited for; see {@link Mapping#closeAfter}
 */
public record Holder(
    String buffer,
    String device,
    Access access,
    Duration held,
    String thread,
    Optional<Throwable> callSite,
    boolean fenced) {
  private static final String BROKER = "dev.dmabroker.internal.";

  /** A count and each holder, for errors. */
  public static String describe(List<Holder> holders) {
    return holders.stream()
        .map(Holder::toString)
        .collect(Collectors.joining(", ", holders.size() + " (", ")"));
  }

  /** Such as {@code camera for 12 ms (READ, by capture-1)}. */
  @Override
  public String toString() {
    String site = callSite.flatMap(Holder::caller).map(frame -> ", at " + frame).orElse("");
    return device
        + " for "
        + held.toMillis()
        + " ms ("
        + access
        + ", by "
        + thread
        + site
        + (fenced ? ", until a fence signals" : "")
        + ")";
  }

  /** Whoever called the broker; without that, the first of what is known. */
  private static Optional<StackTraceElement> caller(Throwable at) {
    StackTraceElement[] frames = at.getStackTrace();
    return Arrays.stream(frames)
        .dropWhile(frame -> frame.getClassName().startsWith(BROKER))
        .findFirst()
        .or(() -> Arrays.stream(frames).findFirst());
  }
}
