/**
 * Getting the memory: from a heap, by making room in a full one, or by adopting what an application
 * brings. Start with {@code Allocator}.
 */
@NullMarked
package dev.dmabroker.internal.allocation;

import org.jspecify.annotations.NullMarked;
