package dev.dmabroker.internal.gate;

import dev.dmabroker.event.LeakFound;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.internal.watch.Leaks;
import java.util.Optional;

/**
 * A mapping that is closed and reported when the {@linkplain Gate.Way entrance} that it has is
 * lost.
 */
final class FollowedMapping extends Leakable {
  private final BufferMapping twin;

  /**
   * Follows a mapping.
   *
   * @param twin equal to the mapping, and not followed
   */
  FollowedMapping(Origin origin, Leaks leaks, BufferMapping twin) {
    super(origin, leaks);
    this.twin = twin;
    Leaks.keep(this);
  }

  /** It was closed. */
  void end() {
    clear();
    Leaks.release(this);
  }

  @Override
  public void lost() {
    Leaks.release(this);
    twin.attachment().services().workers().execute(this::close);
  }

  private void close() {
    if (!twin.leave()) {
      return; // Closed, or waiting for a fence.
    }
    twin.report();
    AttachedDevice attachment = twin.attachment();
    attachment
        .services()
        .leaks()
        .report(
            new EventRecords.LeakFound(
                LeakFound.Kind.MAPPING,
                attachment.buffer().name(),
                Optional.of(attachment.device().name()),
                Optional.of(twin.access()),
                age(attachment.services().time()),
                created()));
  }
}
