package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The cgroup of version 2 that this process is in, and those around it, which limit it as well
 * (Documentation/admin-guide/cgroup-v2.rst). {@code /proc/self/cgroup} names it, and {@code
 * /proc/self/mountinfo} says where the hierarchy is mounted. The root of the hierarchy limits
 * nothing and is left out; it has no {@code cgroup.type}. A file that is not there or cannot be
 * read is no error. Immutable.
 */
final class Cgroup {
  private static final Path OWN = Path.of("proc/self/cgroup");
  private static final Path MOUNTS = Path.of("proc/self/mountinfo");
  private static final Pattern NAME = Pattern.compile("(?m)^0::(/.*)$");

  /** The folder of the hierarchy that is mounted, the place, and after the dash the type. */
  private static final Pattern MOUNT =
      Pattern.compile("(?m)^\\S+ \\S+ \\S+ (/\\S*) /(\\S*) .*? - cgroup2 ");

  /** From the process's own outwards. */
  private final List<Path> folders;

  private Cgroup(List<Path> folders) {
    this.folders = folders;
  }

  /**
   * Finds the cgroup that this process is in now.
   *
   * @param root the folder in which {@code proc} lies, and to which places of mounts are relative
   */
  static Cgroup ofThisProcess(Path root) {
    try {
      Matcher own = NAME.matcher(Files.readString(root.resolve(OWN)));
      Matcher mount = MOUNT.matcher(Files.readString(root.resolve(MOUNTS)));
      if (own.find() && mount.find()) {
        Path top = root.resolve(mount.group(2));
        return new Cgroup(upTo(top, within(top, mount.group(1), own.group(1))));
      }
    } catch (IOException | InvalidPathException e) {
      // The kernel has no cgroups, or they are not for this process to see.
    }
    return new Cgroup(List.of());
  }

  /**
   * The folder of a cgroup. A container may see a part of the hierarchy alone; a name that does not
   * lie in that part is that of a process whose cgroup the part's top is, as far as can be seen.
   */
  private static Path within(Path top, String mounted, String name) {
    Path part = Path.of(mounted);
    Path own = Path.of(name).normalize();
    return own.startsWith(part) ? top.resolve(part.relativize(own)) : top;
  }

  private static List<Path> upTo(Path top, Path own) {
    List<Path> folders = new ArrayList<>();
    for (Path each = own; each != null && each.startsWith(top); each = each.getParent()) {
      if (Files.exists(each.resolve("cgroup.type"))) {
        folders.add(each);
      }
    }
    return folders;
  }

  /** The text of a file of the process's own cgroup; empty if it cannot be read. */
  Optional<String> read(String file) {
    return folders.stream().limit(1).flatMap(own -> text(own.resolve(file)).stream()).findFirst();
  }

  /** The lowest limit of memory, of this cgroup and those around it; empty if there is none. */
  OptionalLong limitBytes() {
    return least(limit -> limit.bytes);
  }

  /** The bytes that the process may still use; empty if no limit is set. */
  OptionalLong leftBytes() {
    return least(Limit::leftBytes);
  }

  private OptionalLong least(ToLongFunction<Limit> figure) {
    return folders.stream().flatMap(Limit::of).mapToLong(figure).min();
  }

  private static Optional<String> text(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * The limit of one cgroup.
   *
   * @param bytes all that it may use
   */
  private record Limit(Path folder, long bytes) {
    private static final Pattern INACTIVE_FILE = Pattern.compile("(?m)^inactive_file (\\d+)$");

    static Stream<Limit> of(Path folder) {
      OptionalLong most = number(text(folder.resolve("memory.max"))); // Or the word "max".
      return most.stream().mapToObj(bytes -> new Limit(folder, bytes));
    }

    /** The page cache of files counts as used, and the kernel drops it when there is need. */
    long leftBytes() {
      OptionalLong used = number(text(folder.resolve("memory.current")));
      long cache =
          text(folder.resolve("memory.stat"))
              .map(INACTIVE_FILE::matcher)
              .filter(Matcher::find)
              .map(line -> number(Optional.of(line.group(1))).orElse(0))
              .orElse(0L);
      return Math.min(bytes, Math.max(0, bytes - used.orElse(0)) + cache);
    }

    private static OptionalLong number(Optional<String> text) {
      try {
        return text.isPresent()
            ? OptionalLong.of(Long.parseLong(text.get().strip()))
            : OptionalLong.empty();
      } catch (NumberFormatException e) {
        return OptionalLong.empty();
      }
    }
  }
}
