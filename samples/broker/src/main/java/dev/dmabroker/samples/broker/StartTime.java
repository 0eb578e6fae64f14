package dev.dmabroker.samples.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** When this process was started, the JVM's own start included. */
final class StartTime {
  /** The fields of {@code /proc/self/stat} behind the program's name: the start is the 20th. */
  private static final int START = 19;

  /** The kernel counts hundredths of a second in what programs see, whatever its own tick is. */
  private static final int TICKS_PER_SECOND = 100;

  private StartTime() {}

  /** The time since then, to a hundredth of a second. */
  static Duration ago() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    String uptime = Files.readString(Path.of("/proc/uptime"));
    double now = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
    double start = Long.parseLong(fields.get(START)) / (double) TICKS_PER_SECOND;
    return Duration.ofMillis(Math.round((now - start) * 1e3));
  }
}
