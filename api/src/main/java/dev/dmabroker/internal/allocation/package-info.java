/**
 * Gets the memory of a buffer: from a heap, by making room in a full heap, or by adopting what an
 * application brings. Start with {@code Allocator}.
 */
@NullMarked
package dev.dmabroker.internal.allocation;

import org.jspecify.annotations.NullMarked;
