package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a kernel. Distributions mend old versions, so it is asked only where nothing else
 * tells what the kernel does.
 */
record KernelVersion(int major, int minor) {
  private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");
  private static final Pattern NUMBERS =
      Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*", Pattern.DOTALL);

  /** The version of the kernel that runs, or 0.0, older than any, if it does not tell. */
  static KernelVersion current() {
    try {
      return of(Files.readString(RELEASE));
    } catch (IOException e) {
      return new KernelVersion(0, 0);
    }
  }

  /** The version in a release's name, such as {@code 6.12.117-rpi}; 0.0 if there is none in it. */
  static KernelVersion of(String release) {
    Matcher numbers = NUMBERS.matcher(release.strip());
    return numbers.matches()
        ? new KernelVersion(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
        : new KernelVersion(0, 0);
  }

  boolean isAtLeast(KernelVersion other) {
    return major != other.major ? major > other.major : minor >= other.minor;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
