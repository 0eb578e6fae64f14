package dev.dmabroker.remote.internal.service;

import dev.dmabroker.internal.gate.ForeignCaller;
import dev.dmabroker.remote.internal.service.ClientThreads.ClientThread;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.Asker;
import java.util.List;

/** Knows the threads of a client that its requests are for, so that a wait for oneself is found. */
final class Askers {
  private static final int NAME_LENGTH = 64;

  private final Session session;
  private final ClientThreads threads;

  Askers(Session session) {
    this.session = session;
    threads = new ClientThreads(session.name());
  }

  /** Begins to know the thread that a request is for. */
  ClientThread begin(Asker asker) throws BadMessageException {
    if (asker.getName().length() > NAME_LENGTH
        || asker.getHoldsCount() > session.limits().mappings()) {
      throw new BadMessageException("the thread's name, or the list of what it has, is too long");
    }
    return threads.begin(asker.getThread(), asker.getName());
  }

  /** The request, or what it was granted, has ended. */
  void end(ClientThread thread) {
    threads.end(thread);
  }

  /** The thread as a caller of the broker, with the uses that it says to have. */
  ForeignCaller caller(ClientThread thread, Asker asker) {
    ClientPage page = session.page();
    return new ForeignCaller(
        thread, page == null ? List.of() : page.leases().of(asker.getHoldsList()));
  }

  /**
   * Makes a call of the broker for the client's thread. The call may block, and the client may call
   * it off.
   *
   * @param number of the request that the call is for
   */
  void block(long number, Asker asker, Runnable call) throws BadMessageException {
    ClientThread thread = begin(asker);
    try {
      session.block(number, () -> caller(thread, asker).block(call));
    } finally {
      end(thread);
    }
  }
}
