/**
 * Holds threads, time, locks and waits. No other room names a thread, an executor or a clock of the
 * JDK, so that a simulation can replace them here. Start with {@code StateLock} and {@code Wait}.
 * The engine's one logger and the makers of its exceptions lie here as well, since every room needs
 * them.
 */
@NullMarked
package dev.dmabroker.internal.runtime;

import org.jspecify.annotations.NullMarked;
