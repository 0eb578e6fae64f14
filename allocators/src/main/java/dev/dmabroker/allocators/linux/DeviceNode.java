package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.HeapProvider.Closed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Says why a device node does not open and what would open it.
 *
 * @param path the node
 * @param heap the heap's name
 * @param match the part of a udev rule that matches the node
 * @param missing what to do if there is no node at this path
 */
record DeviceNode(Path path, String heap, String match, String missing) {

  /** The finding for a node that did not open. */
  Closed closed(Errno errno) {
    String reason = path + " does not open: " + errno;
    if (errno.equals(Errno.EACCES) || errno.equals(Errno.EPERM)) {
      return new Closed(heap, Closed.Kind.NO_PERMISSION, reason, permission());
    }
    if (errno.equals(Errno.ENOENT)) {
      return new Closed(heap, Closed.Kind.MISSING, "there is no " + path, missing);
    }
    return new Closed(heap, Closed.Kind.FAILED, reason, help(errno));
  }

  private static String help(Errno errno) {
    return switch (errno.kind()) {
      case NO_DESCRIPTORS -> "close files, or raise the limit (ulimit -n, fs.file-max)";
      case FULL -> "free memory";
      default -> "look into the kernel's log (dmesg) for the driver's reason";
    };
  }

  private String permission() {
    String rule =
        "a udev rule such as " + match + ", GROUP=\"video\", MODE=\"0660\" admits the group video";
    try {
      var attributes = Files.readAttributes(path, PosixFileAttributes.class);
      String mode = PosixFilePermissions.toString(attributes.permissions());
      String group = attributes.group().getName();
      String join =
          mode.startsWith("rw", 3)
              ? "add the user to the group " + group + ", to which the node belongs"
              : "the node belongs to the group " + group + ", which may not read and write it";
      return join
          + " (owner "
          + attributes.owner().getName()
          + ", mode "
          + mode
          + "); or "
          + rule
          + "; in a container the device has to be passed in and allowed";
    } catch (IOException | UnsupportedOperationException e) {
      return rule;
    }
  }
}
