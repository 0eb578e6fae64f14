package dev.dmabroker.heuristics;

import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes up what a broker tells. */
final class History {
  private History() {}

  /** A buffer that {@code users} attach to, all but the first when it has memory. */
  static void buffer(AttachHistory history, long id, BufferSpec spec, User... users) {
    List<String> before = new ArrayList<>();
    for (User user : users) {
      attach(history, id, spec, user, before, !before.isEmpty());
      before.add(user.device());
    }
  }

  static void attach(
      AttachHistory history,
      long id,
      BufferSpec spec,
      User user,
      List<String> before,
      boolean hasMemory) {
    history.attached(
        new Attached(
            id,
            "buffer-" + id,
            spec,
            user,
            before,
            hasMemory ? Optional.of("system") : Optional.empty()));
  }

  private record Attached(
      long bufferId,
      String buffer,
      BufferSpec spec,
      User device,
      List<String> before,
      Optional<String> heap)
      implements DeviceAttached {}
}
