/**
 * Moving a buffer: the search for memory, the stall, the copy, the way back. Start with {@code
 * Relocation}; {@code Movable} is everything that a move may do to its buffer.
 */
@NullMarked
package dev.dmabroker.internal.move;

import org.jspecify.annotations.NullMarked;
