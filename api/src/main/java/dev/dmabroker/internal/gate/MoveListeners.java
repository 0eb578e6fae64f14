package dev.dmabroker.internal.gate;

import dev.dmabroker.MoveListener;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.runtime.Lane;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The application's listeners to moves at one attachment. The attachment's handle keeps them, and
 * the attachment itself refers to them weakly, as a listener may well refer to the handle. This
 * class is thread-safe.
 */
final class MoveListeners {
  private final List<ToldMoves> all = new CopyOnWriteArrayList<>();

  /** Adds a listener, which is told in the lane until its subscription is closed. */
  Subscription add(MoveListener listener, Lane lane) {
    ToldMoves told = new ToldMoves(all, Objects.requireNonNull(listener, "listener"), lane);
    all.add(told);
    return told;
  }

  /** The buffer has moved. */
  void tell(long generation) {
    all.forEach(each -> each.tell(generation));
  }
}
