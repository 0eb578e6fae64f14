package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Errno;
import java.io.IOException;

/** Tells that a socket could not be used, and why. */
public final class SocketFailure extends IOException {
  private static final long serialVersionUID = 1;

  /** Makes a failure for a reason that no system call gave. */
  public SocketFailure(String message) {
    super(message);
  }

  static SocketFailure of(String asked, Errno errno, String help) {
    return new SocketFailure(asked + " failed: " + errno + (help.isEmpty() ? "" : "; " + help));
  }
}
