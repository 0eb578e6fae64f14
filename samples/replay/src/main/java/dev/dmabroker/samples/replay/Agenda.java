package dev.dmabroker.samples.replay;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/** What the applications of a scenario will do, and when. One thread does all of it. */
final class Agenda {
  private record Item(long micros, long number, Runnable work) {}

  private final PriorityQueue<Item> items =
      new PriorityQueue<>(Comparator.comparingLong(Item::micros).thenComparingLong(Item::number));
  private long added;
  private long now;

  /** Puts work on the agenda; work of the same time is done in the order in which it was put. */
  void at(long micros, Runnable work) {
    items.add(new Item(Math.max(now, micros), added++, work));
  }

  /** Puts work that much later on the agenda. */
  void in(long micros, Runnable work) {
    at(now + micros, work);
  }

  /** The time of the work that is done now. */
  long now() {
    return now;
  }

  /**
   * Does everything, also what is put there meanwhile.
   *
   * @param await returns when it is that time
   */
  void run(LongConsumer await) {
    for (Item item = items.poll(); item != null; item = items.poll()) {
      await.accept(item.micros());
      now = item.micros();
      item.work().run();
    }
  }
}
