package dev.dmabroker.spec;

/**
 * A fence that a driver gave out as a descriptor: the kernel's sync file, which polls readable once
 * the work behind it is done. What passes one on passes on the descriptor.
 *
 * @param fd the descriptor
 */
public record SyncFile(int fd) {
  /**
   * Checks that the number can be a descriptor.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public SyncFile {
    if (fd < 0) {
      throw new IllegalArgumentException(fd + " is no descriptor");
    }
  }
}
