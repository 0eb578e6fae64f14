package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.AfterLock;
import org.jspecify.annotations.Nullable;

/** A {@link Request} as the buffer knows it that it waits for. Used under the buffer's lock. */
interface Queued {
  /** Whether it has ended, or is about to. */
  boolean isDone();

  /** Does what is asked, or refuses it, if the buffer's state allows either: whether it ended. */
  boolean serve(AfterLock after);

  /** Ends it with the failure, unless it has ended. */
  void fail(AfterLock after, BrokerException failure);

  /** Whether that attachment asks. */
  boolean isOf(AttachedDevice attachment);

  /** Whether it asks that the memory is given back. */
  default boolean wantsMemoryBack() {
    return false;
  }

  /**
   * Claims a map that will overwrite the contents in that place, so that they need not be copied
   * there: it cannot give up any more. Null if it is no such map, or has ended.
   */
  default @Nullable Overwriting claimToOverwrite(Place target, AfterLock after) {
    return null;
  }

  /** A map that overwrites the contents in a new place, in the step in which the buffer moves. */
  interface Overwriting {
    /** Makes the mapping, before other requests are served. */
    void admit(AfterLock after);

    /** Hands the mapping to the waiter. */
    void grant(AfterLock after);
  }

  /** A request that the memory is given back, while the buffer drains for it. */
  interface Evacuation extends Queued {
    /** The last mapping is closed. */
    void end(AfterLock after);
  }
}
