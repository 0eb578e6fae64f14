package dev.dmabroker.devices;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts the users of GEM handles. The kernel does not: importing a dma-buf that the node has
 * already gives the same handle again, and closing it once drops it for all. Used by one thread at
 * a time, as an {@link ImportCache} calls its importer.
 */
final class GemHandles {
  private final Driver driver;
  private final Map<Integer, Integer> users = new HashMap<>();

  /** What the kernel does. */
  interface Driver {
    /** PRIME_FD_TO_HANDLE. */
    int open(int dmaBuf);

    /** GEM_CLOSE. */
    void close(int handle);
  }

  GemHandles(Driver driver) {
    this.driver = driver;
  }

  /** Imports a dma-buf. */
  int acquire(int dmaBuf) {
    int handle = driver.open(dmaBuf);
    users.merge(handle, 1, Integer::sum);
    return handle;
  }

  /** Undoes one {@link #acquire}. */
  void release(int handle) {
    if (users.merge(handle, -1, Integer::sum) == 0) {
      users.remove(handle);
      driver.close(handle);
    }
  }
}
