package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The identity of a file, which is equal under any descriptor.
 *
 * @param device of its file system, st_dev in stat(2)
 * @param inode st_ino
 */
public record FileId(long device, long inode) {

  /**
   * The identity of an open descriptor of this process; empty if it is not open, or /proc is not
   * there.
   */
  public static Optional<FileId> of(int fd) {
    return of(Path.of("/proc/self/fd/" + fd));
  }

  /** The identity of the file that a path leads to. Takes no descriptor. */
  static Optional<FileId> of(Path path) {
    try {
      Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino");
      return attributes.get("dev") instanceof Long device
              && attributes.get("ino") instanceof Long inode
          ? Optional.of(new FileId(device, inode))
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The identity in a line of /proc/PID/maps; empty for memory without a file, and for a text that
   * is not a line of this form.
   */
  static Optional<FileId> ofMapping(String line) {
    String[] fields = line.split(" +", 6);
    if (fields.length < 5) {
      return Optional.empty();
    }
    try {
      String[] device = fields[3].split(":", 2);
      long major = Long.parseLong(device[0], 16);
      long minor = Long.parseLong(device[1], 16);
      long inode = Long.parseLong(fields[4]);
      return inode == 0 ? Optional.empty() : Optional.of(new FileId(encode(major, minor), inode));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /**
   * The device number in the form in which stat tells it; maps tells it in two parts;
   * linux/kdev_t.h.
   */
  private static long encode(long major, long minor) {
    return (minor & 0xff) | (major << 8) | ((minor & ~0xffL) << 12);
  }
}
