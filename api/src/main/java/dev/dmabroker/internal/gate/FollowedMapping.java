package dev.dmabroker.internal.gate;

import dev.dmabroker.event.LeakFound;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Leakable;
import dev.dmabroker.internal.watch.Leaks;
import java.util.Optional;

/**
 * Follows a mapping: when the {@linkplain Gate.Entrance entrance} of the mapping is lost, the
 * mapping is closed and reported.
 */
final class FollowedMapping extends Leakable {
  private final BufferMapping twin;

  /**
   * Follows a mapping.
   *
   * @param origin what the application holds, and where it came from
   * @param leaks is told of the loss
   * @param twin equal to the mapping, and not followed
   */
  FollowedMapping(Origin origin, Leaks leaks, BufferMapping twin) {
    super(origin, leaks);
    this.twin = twin;
    Leaks.keep(this);
  }

  /** The mapping was closed, so it is not followed any more. */
  void end() {
    clear();
    Leaks.release(this);
  }

  @Override
  public void lost() {
    Leaks.release(this);
    twin.attachment().services().workers().execute(this::close);
  }

  /** Closes the lost mapping in the application's place, and reports the leak. */
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
