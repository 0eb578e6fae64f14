package dev.dmabroker.spec;

/**
 * A fence that a driver gave out as a descriptor: the kernel's sync file, which polls readable once
 * the work behind the fence is done. A method that takes a SyncFile over takes its descriptor over.
 *
 * @param fd the descriptor, at least 0
 */
public record SyncFile(int fd) {
  /**
   * Checks that the number can be a descriptor.
   *
   * @param fd the descriptor, at least 0
   * @throws IllegalArgumentException if it is negative
   */
  public SyncFile {
    if (fd < 0) {
      throw new IllegalArgumentException(fd + " is no descriptor");
    }
  }
}
