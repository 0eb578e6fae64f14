package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Holder;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What clients hold up, as the broker said at one moment: one pass finds it for all clients. */
final class HeldUp {
  private final Map<String, List<Holder>> byClient = new HashMap<>();

  private HeldUp() {}

  static HeldUp in(BrokerSnapshot snapshot) {
    HeldUp found = new HeldUp();
    for (BufferState buffer : snapshot.buffers()) {
      if (isWaitedFor(buffer)) {
        buffer.holders().forEach(found::note);
      }
    }
    return found;
  }

  private static boolean isWaitedFor(BufferState buffer) {
    return buffer.waiting() > 0 || buffer.state() == State.DRAINING;
  }

  /** A device without a slash in its name is the application's own. */
  private void note(Holder holder) {
    int slash = holder.device().indexOf('/');
    if (slash >= 0) {
      byClient
          .computeIfAbsent(holder.device().substring(0, slash), client -> new ArrayList<>())
          .add(holder);
    }
  }

  /** The mappings of a client's devices that others wait for. */
  List<Holder> by(String client) {
    return byClient.getOrDefault(client, List.of());
  }
}
