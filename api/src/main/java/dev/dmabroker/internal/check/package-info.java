/**
 * Checks how mappings and CPU views are used, if the application asks for it. Start with {@code
 * BufferCheck}.
 */
@NullMarked
package dev.dmabroker.internal.check;

import org.jspecify.annotations.NullMarked;
