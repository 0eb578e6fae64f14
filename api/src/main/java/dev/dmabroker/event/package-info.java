/**
 * The types with which an application observes a broker: events as they happen, and the broker's
 * state at a moment.
 *
 * <p>The types of events and states are interfaces that the broker alone implements, and a later
 * version may add accessors to any of them. An object that implements one never changes, and all
 * that it tells was true at one moment; of a {@link dev.dmabroker.event.BrokerSnapshot} that holds
 * for each buffer and each stream by itself. Two objects are equal if all that they tell is equal.
 */
@NullMarked
package dev.dmabroker.event;

import org.jspecify.annotations.NullMarked;
