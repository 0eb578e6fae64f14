package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.remote.ClientState;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.Peer;
import java.time.Instant;
import java.util.List;

/** Says of clients what they have and what they hold up. */
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

  /** The state of a client, by what the broker says at that moment. */
  static ClientState of(Standing standing, Tables tables, BrokerSnapshot snapshot) {
    String prefix = standing.name() + "/";
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
        snapshot.buffers().stream()
            .filter(ClientStates::isWaitedFor)
            .flatMap(buffer -> buffer.holders().stream())
            .filter(holder -> holder.device().startsWith(prefix))
            .toList());
  }

  private static boolean isWaitedFor(BufferState buffer) {
    return buffer.waiting() > 0 || buffer.state() == State.DRAINING;
  }
}
