package dev.dmabroker.remote.internal.service;

import java.util.HashMap;
import java.util.Map;

/**
 * The threads of a client that wait for maps or have mappings, as the client says. Each stands for
 * a caller in the broker, which compares callers by identity. Thread-safe.
 */
final class ClientThreads {
  private final String client;
  private final Map<Long, ClientThread> threads = new HashMap<>();

  /** A thread of a client. */
  static final class ClientThread {
    private final long identity;
    private final String text;
    private int uses;

    private ClientThread(long identity, String text) {
      this.identity = identity;
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  ClientThreads(String client) {
    this.client = client;
  }

  /**
   * Begins to know a thread, for a request or a mapping.
   *
   * @param identity 0 for none that is known: each of these stands for itself
   */
  synchronized ClientThread begin(long identity, String name) {
    String text = "thread " + (name.isBlank() ? "of" : name.strip() + " of") + " client " + client;
    if (identity == 0) {
      return new ClientThread(0, text);
    }
    ClientThread thread =
        threads.computeIfAbsent(identity, unknown -> new ClientThread(identity, text));
    thread.uses++;
    return thread;
  }

  /** The request or mapping has ended. */
  synchronized void end(ClientThread thread) {
    if (thread.identity != 0 && --thread.uses == 0) {
      threads.remove(thread.identity);
    }
  }

  /** How many threads are known. */
  synchronized int size() {
    return threads.size();
  }
}
