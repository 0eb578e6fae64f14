package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files like those by which a kernel tells of memory, in a folder. */
final class Machine {
  static final long MIB = 1 << 20;

  private final Path root;

  Machine(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  /** Writes one file. */
  Machine file(String path, String text) {
    Path file = root.resolve(path);
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Machine meminfo(long totalMib, long availableMib, long cmaTotalMib, long cmaFreeMib) {
    return file(
        "proc/meminfo",
        "MemTotal: %d kB%nMemAvailable: %d kB%nCmaTotal: %d kB%nCmaFree: %d kB"
            .formatted(totalMib << 10, availableMib << 10, cmaTotalMib << 10, cmaFreeMib << 10));
  }

  /** Puts this process into a cgroup of the hierarchy at {@code /sys/fs/cgroup}. */
  Machine inCgroup(String name) {
    return inCgroup(name, "/");
  }

  /** Puts this process into a cgroup of the part of the hierarchy that is mounted. */
  Machine inCgroup(String name, String mounted) {
    file("proc/self/cgroup", "4:memory:/old\n0::" + name);
    return file(
        "proc/self/mountinfo",
        "31 23 0:28 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n41 31 0:38 "
            + mounted
            + " /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate");
  }

  /** Makes a cgroup with a limit, or with none. */
  Machine cgroup(String name, String max, long usedBytes) {
    String folder = "sys/fs/cgroup" + name + "/";
    file(folder + "cgroup.type", "domain");
    file(folder + "memory.max", max);
    return file(folder + "memory.current", Long.toString(usedBytes));
  }
}
