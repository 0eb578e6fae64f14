package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says how each request is served, and where. Filled while a session is made, and fixed then. */
final class Requests {
  /** Where a request is served. */
  enum Where {
    /** On the poller's thread, before all that waits: it takes no time, and calls no broker. */
    AT_ONCE,
    /** After the requests before it. */
    IN_ORDER,
    /** After the requests before it, too, but beside those that follow: it may wait for them. */
    ASIDE
  }

  /** Serves one kind of request. */
  interface Server {
    /**
     * Serves a request. What it throws is the answer.
     *
     * @param number identifies the request in its answer
     * @param packet what it came in, whose descriptors may be taken
     */
    void serve(long number, ToService request, Packet packet) throws BadMessageException;
  }

  /** A server, and where it serves. */
  record Way(Where where, Server server) {}

  private final Map<BodyCase, Way> ways = new EnumMap<>(BodyCase.class);

  /** Serves requests of this kind from now on. */
  void serve(BodyCase kind, Where where, Server server) {
    if (ways.put(kind, new Way(where, server)) != null) {
      throw new AssertionError(kind + " is served twice");
    }
  }

  /** How requests of this kind are served; null if this version does not know them. */
  @Nullable Way of(BodyCase kind) {
    return ways.get(kind);
  }
}
