/**
 * Knows what memory there is: heaps as they are found, what the broker has out of each, and
 * budgets. Start with {@code HeapAccount}.
 */
@NullMarked
package dev.dmabroker.internal.heap;

import org.jspecify.annotations.NullMarked;
