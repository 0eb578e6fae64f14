/**
 * What applications are told: events, snapshots, leaks, lines in the log. Start with {@code
 * Listeners}, then {@code Leaks}.
 */
@NullMarked
package dev.dmabroker.internal.watch;

import org.jspecify.annotations.NullMarked;
