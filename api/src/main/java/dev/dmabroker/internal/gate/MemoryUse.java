package dev.dmabroker.internal.gate;

import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.runtime.StateLock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks the memory of a buffer something without the buffer's lock, as memory is foreign code. The
 * memory is kept from being given back meanwhile.
 */
public final class MemoryUse {
  private MemoryUse() {}

  /**
   * Asks memory something.
   *
   * @param <T> what it answers
   * @param <X> what it throws
   */
  public interface Question<T extends @Nullable Object, X extends Exception> {
    /** Asks. The caller does not hold the lock. */
    T ask() throws X;
  }

  /**
   * Asks a question, unless there is no memory to ask.
   *
   * @param lock the buffer's lock
   * @param which returns the places whose memory is asked; called under the lock
   * @param advance lets the buffer go on with what had to wait for the memory; called under the
   *     lock
   * @return the answer; null if there are no places
   */
  public static <T extends @Nullable Object, X extends Exception> @Nullable T ask(
      StateLock lock,
      Function<AfterLock, List<Place>> which,
      Consumer<AfterLock> advance,
      Question<T, X> question)
      throws X {
    List<Place> used = new ArrayList<>();
    Runnable end =
        () ->
            lock.report(
                after -> {
                  used.forEach(place -> place.endUse(after));
                  advance.accept(after);
                });
    lock.change(
        after -> {
          used.addAll(which.apply(after));
          used.forEach(place -> place.beginUse(after));
        });
    try {
      return used.isEmpty() ? null : question.ask();
    } finally {
      if (!used.isEmpty()) {
        Guarded.insist("ending a use of memory", end);
      }
    }
  }
}
