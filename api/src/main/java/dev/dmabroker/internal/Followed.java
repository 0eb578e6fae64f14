package dev.dmabroker.internal;

import dev.dmabroker.event.Leak;
import java.util.Optional;

/**
 * Lies in a mapping that is followed, and nowhere else: so it is lost with it. The mapping itself
 * is not what is watched, or the compiler could never do without it.
 */
final class Followed {
  private final Watch watch;

  /**
   * Follows a mapping.
   *
   * @param twin equal to the mapping, and not followed
   */
  Followed(BufferMapping twin, Throwable site) {
    watch = new Watch(new Leakable.Making(this, site), twin);
    Leaks.keep(watch);
  }

  /** It was closed. */
  void end() {
    watch.clear();
    Leaks.release(watch);
  }

  private static final class Watch extends Leakable {
    private final BufferMapping twin;

    Watch(Making making, BufferMapping twin) {
      super(making, twin.attachment().engine().leaks());
      this.twin = twin;
    }

    @Override
    void lost() {
      Leaks.release(this);
      twin.attachment().engine().execute(this::close);
    }

    private void close() {
      if (!twin.leave()) {
        return; // Closed, or waiting for a fence.
      }
      twin.report();
      AttachedDevice attachment = twin.attachment();
      attachment
          .engine()
          .leaks()
          .report(
              new Leak(
                  Leak.Kind.MAPPING,
                  attachment.buffer().name(),
                  Optional.of(attachment.device().name()),
                  Optional.of(twin.access()),
                  age(),
                  created()));
    }
  }
}
