package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The identity of a device node: a node that was removed and made anew is another, even if it has
 * the name and the number that the first had.
 *
 * @param attributes its file system, inode and device number, as stat(2) tells them
 */
record NodeId(Map<String, Object> attributes) {

  /** The identity of the node behind an open descriptor; empty if /proc is not there. */
  static Optional<NodeId> of(Fd node) {
    return of(Path.of("/proc/self/fd/" + node.lend()));
  }

  /** The identity of the node that a path leads to; empty if there is none. */
  static Optional<NodeId> of(Path path) {
    try {
      return Optional.of(new NodeId(Files.readAttributes(path, "unix:dev,ino,rdev")));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
