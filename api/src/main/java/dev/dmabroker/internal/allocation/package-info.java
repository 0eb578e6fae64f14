/**
 * Gets the memory of a buffer: from the best ranked heap that has some, by making room in a full
 * heap, or by adopting what an application brings. Start with {@code Allocator}.
 */
@NullMarked
package dev.dmabroker.internal.allocation;

import org.jspecify.annotations.NullMarked;
