/**
 * Tells applications what happens: events, snapshots, leaks, and lines in the log. Start with
 * {@code Listeners}, then read {@code Leaks}.
 */
@NullMarked
package dev.dmabroker.internal.watch;

import org.jspecify.annotations.NullMarked;
