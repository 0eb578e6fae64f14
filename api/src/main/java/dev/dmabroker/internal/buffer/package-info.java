/**
 * The life of a buffer: its states, the requests that wait for it, its end. Start with {@code
 * BufferLife}; {@code ManagedBuffer} is what applications call.
 */
@NullMarked
package dev.dmabroker.internal.buffer;

import org.jspecify.annotations.NullMarked;
