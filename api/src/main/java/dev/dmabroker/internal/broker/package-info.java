/** Putting it together. Start with {@code BrokerEngine}. */
@NullMarked
package dev.dmabroker.internal.broker;

import org.jspecify.annotations.NullMarked;
