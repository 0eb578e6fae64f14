package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Holder;
import dev.dmabroker.remote.ClientState;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.Peer;
import java.time.Instant;
import java.util.List;

/** Says of clients what they have. */
final class ClientStates {
  private ClientStates() {}

  private record Client(
      String name,
      Peer peer,
      ClientTerms terms,
      Instant connectedSince,
      int devices,
      int buffers,
      int attachments,
      int mappings,
      int streams,
      long memoryBytes,
      List<Holder> holdsUp)
      implements ClientState {}

  /** The state of a client, which holds that up for others. */
  static ClientState of(Standing standing, Tables tables, List<Holder> holdsUp) {
    return new Client(
        standing.name(),
        standing.peer(),
        standing.terms(),
        standing.since(),
        tables.count("device"),
        tables.count("buffer"),
        tables.count("attachment"),
        tables.count("mapping"),
        tables.count("stream"),
        standing.account().bytes(),
        holdsUp);
  }
}
