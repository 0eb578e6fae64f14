/** What an observer sees: events as they happen, and the broker's state at a moment. */
@NullMarked
package dev.dmabroker.event;

import org.jspecify.annotations.NullMarked;
