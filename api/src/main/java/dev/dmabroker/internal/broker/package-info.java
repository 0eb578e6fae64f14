/** Puts a broker together from its parts. Start with {@code BrokerEngine}. */
@NullMarked
package dev.dmabroker.internal.broker;

import org.jspecify.annotations.NullMarked;
