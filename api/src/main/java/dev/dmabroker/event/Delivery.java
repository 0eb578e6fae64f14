package dev.dmabroker.event;

/** Says on which thread a broker calls a {@link BrokerListener}. */
public enum Delivery {
  /**
   * On a thread that serves this listener alone. What the listener does there holds up neither the
   * broker nor other listeners. Up to 4,096 events wait for the listener; the broker drops an event
   * that finds no room, and {@linkplain BrokerSnapshot.ListenerState#dropped counts} it.
   */
  QUEUED,

  /**
   * On the thread that did what the event tells of, which may be a thread that maps, moves or
   * closes a buffer. It goes on only when the listener returns, so this is for listeners that need
   * no more than microseconds: to date an event, to note the caller's stack, or to have learnt of
   * an event before its cause returns. No event waits and none is dropped.
   */
  IN_PLACE
}
