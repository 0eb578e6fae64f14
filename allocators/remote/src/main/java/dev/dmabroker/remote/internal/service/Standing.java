package dev.dmabroker.remote.internal.service;

import dev.dmabroker.remote.ClientLimits;
import dev.dmabroker.remote.ClientRight;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.Peer;
import java.time.Instant;

/**
 * What a service knows of a client that it has taken.
 *
 * @param name unique among the clients of the service
 * @param peer the process, with the name that it gave itself
 * @param terms on which it was taken
 * @param since when it was
 * @param account its budget
 * @param sent the memory that it has
 * @param moves the moves that it makes necessary
 */
record Standing(
    String name,
    Peer peer,
    ClientTerms terms,
    Instant since,
    MemoryAccount account,
    SentMemory sent,
    MoveAccount moves) {

  /**
   * Makes one that has nothing yet.
   *
   * @param look as for {@link MemoryAccount}
   */
  static Standing of(String name, Peer peer, ClientTerms terms, Instant since, Runnable look) {
    MemoryAccount account = new MemoryAccount(name, terms.limits().memoryBytes(), look);
    MoveAccount moves = new MoveAccount(name, terms.limits().movesPerMinute(), System::nanoTime);
    return new Standing(name, peer, terms, since, account, new SentMemory(name, account), moves);
  }

  ClientLimits limits() {
    return terms.limits();
  }

  /** The trust group of its devices. */
  String group() {
    return terms.group().orElse(name);
  }

  boolean may(ClientRight right) {
    return terms.rights().contains(right);
  }

  /**
   * Refuses what the client has no right to.
   *
   * @throws UnsupportedOperationException if it has not
   */
  void require(ClientRight right, String what) {
    if (!terms.rights().contains(right)) {
      throw new UnsupportedOperationException(
          "client "
              + name
              + " may not "
              + what
              + ": the service has not given it the right "
              + right
              + "; its rights are "
              + terms.rights());
    }
  }
}
