/**
 * The types with which an application observes a broker: events as they happen, and the broker's
 * state at a moment.
 *
 * <pre>
 *   Broker
 *     +-- listen ----> BrokerListener    allocated, stalled, moved, refused, leaked, ...
 *     |     Delivery.QUEUED    on a thread of the listener's own, a little later
 *     |     Delivery.IN_PLACE  at once, on the thread that did it
 *     |
 *     +-- snapshot --> BrokerSnapshot    heaps, devices, buffers, streams, fences, counts
 * </pre>
 *
 * <p>A listener that tells each move, and a look at the heaps:
 *
 * <pre>{@code
 * BrokerListener moves =
 *     new BrokerListener() {
 *       public void moved(BufferMove move) {
 *         System.out.println(move);
 *       }
 *     };
 * try (Broker broker = Broker.builder().discoverHeaps().listener(moves).build()) {
 *   broker.snapshot().heaps().forEach(System.out::println);
 * }
 * }</pre>
 *
 * <p>The types of events and states are interfaces that the broker alone implements, and a later
 * version may add accessors to any of them. An object that implements one never changes, and all
 * that it tells was true at one moment; of a {@link dev.dmabroker.event.BrokerSnapshot} that holds
 * for each buffer and each stream by itself. Two objects are equal if all that they tell is equal.
 */
@NullMarked
package dev.dmabroker.event;

import org.jspecify.annotations.NullMarked;
