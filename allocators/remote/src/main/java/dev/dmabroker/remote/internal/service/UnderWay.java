package dev.dmabroker.remote.internal.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Counts the packets with descriptors that are under way to all clients and not acknowledged. The
 * kernel counts them for the user that the service runs as, and refuses more than that user may
 * have open (ETOOMANYREFS in unix(7)); clients that do not read must not use that up. Thread-safe.
 */
final class UnderWay {
  private static final String LIMIT = "Max open files";

  /** What the limit is if it cannot be read. */
  private static final int USUAL = 1024;

  private final int most;
  private int now;

  UnderWay(int most) {
    this.most = most;
  }

  /** As many as the half of what this process may have open. */
  static UnderWay ofThisProcess() {
    int limit = USUAL;
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith(LIMIT)) {
          limit = Integer.parseInt(line.substring(LIMIT.length()).strip().split(" +", 2)[0]);
        }
      }
    } catch (IOException | NumberFormatException e) {
      // It is unlimited, or cannot be read.
    }
    return new UnderWay(Math.max(Outbox.WINDOW, limit / 2));
  }

  /** Counts one more, unless there are as many as there may be. */
  synchronized boolean tryAdd() {
    if (now == most) {
      return false;
    }
    now++;
    return true;
  }

  synchronized void remove(int packets) {
    now -= packets;
  }
}
