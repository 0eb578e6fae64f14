package dev.dmabroker.remote.internal.client;

import dev.dmabroker.MoveListener;
import dev.dmabroker.Subscription;
import dev.dmabroker.internal.runtime.Lane;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The listeners to moves at one attachment. Moves that follow while a listener is called are told
 * as the last of them. Thread-safe.
 */
final class Moves {
  private final Lane lane;
  private final List<Listening> all = new CopyOnWriteArrayList<>();

  /**
   * Has no listeners at first.
   *
   * @param lane calls them
   */
  Moves(Lane lane) {
    this.lane = lane;
  }

  Subscription add(MoveListener listener) {
    Listening listening = new Listening(Objects.requireNonNull(listener, "listener"));
    all.add(listening);
    return listening;
  }

  /** The buffer has moved. */
  void tell(long generation) {
    all.forEach(each -> each.tell(generation));
  }

  private final class Listening implements Subscription {
    private final MoveListener listener;
    private long latest;
    private boolean untold;

    Listening(MoveListener listener) {
      this.listener = listener;
    }

    synchronized void tell(long generation) {
      latest = generation;
      if (!untold) {
        untold = lane.offer(this::call);
      }
    }

    private void call() {
      long generation;
      synchronized (this) {
        untold = false;
        generation = latest;
      }
      if (all.contains(this)) {
        listener.moved(generation);
      }
    }

    @Override
    public void close() {
      all.remove(this);
    }
  }
}
