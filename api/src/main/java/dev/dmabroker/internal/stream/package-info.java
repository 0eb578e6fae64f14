/**
 * The buffers that go round between a producer and its consumers. Start with {@code StreamLife},
 * then {@code Circulation}.
 */
@NullMarked
package dev.dmabroker.internal.stream;

import org.jspecify.annotations.NullMarked;
