package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The figures of /proc/meminfo at one time. */
final class MemInfo {

  private static final Path FILE = Path.of("/proc/meminfo");
  private static final Pattern LINE = Pattern.compile("(\\S+):\\s+(\\d+) kB");

  private final Map<String, Long> bytes = new HashMap<>();

  private MemInfo(String text) {
    for (Matcher line = LINE.matcher(text); line.find(); ) {
      bytes.put(line.group(1), Long.parseLong(line.group(2)) << 10);
    }
  }

  /** Reads the figures of now; they are empty if the file cannot be read. */
  static MemInfo read() {
    return in(FILE);
  }

  /** Reads the figures of a file of that form; they are empty if it cannot be read. */
  static MemInfo in(Path file) {
    try {
      return new MemInfo(Files.readString(file));
    } catch (IOException e) {
      return new MemInfo("");
    }
  }

  /** A figure by its name, for example {@code MemTotal}. */
  OptionalLong bytes(String name) {
    Long value = bytes.get(name);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
