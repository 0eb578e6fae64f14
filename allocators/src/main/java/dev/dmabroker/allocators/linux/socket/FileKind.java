package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says what a descriptor is that another process has sent, from /proc/self/fd alone: to poll it, to
 * call ioctl or stat for it, or to map it would call the code of its file system, which may be a
 * process that never answers (FUSE).
 */
public final class FileKind {
  private static final String SYNC_FILE = "anon_inode:sync_file";

  private FileKind() {}

  /**
   * Refuses what is no sync file. The kernel gives that name to no other file: the name of a file
   * of a file system begins with a slash.
   *
   * @throws SocketFailure with what it is instead
   */
  public static void requireSyncFile(Fd fd) throws SocketFailure {
    String name = name(fd);
    if (!name.equals(SYNC_FILE)) {
      throw new SocketFailure("it is no sync file, but " + name);
    }
  }

  /**
   * What the kernel calls the file: its path, or the name of what has no path.
   *
   * @throws SocketFailure if /proc does not say
   */
  public static String name(Fd fd) throws SocketFailure {
    try (Fd.Use use = fd.use()) {
      return name(use.number());
    } catch (HeapException e) {
      throw new SocketFailure("/proc does not say what it is: " + e);
    }
  }

  /**
   * What the kernel calls the file of a descriptor that the caller keeps open.
   *
   * @throws SocketFailure if /proc does not say
   */
  public static String name(int number) throws SocketFailure {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
    } catch (IOException e) {
      throw new SocketFailure("/proc does not say what it is: " + e);
    }
  }
}
