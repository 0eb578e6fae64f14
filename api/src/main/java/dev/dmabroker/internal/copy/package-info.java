/** Copies contents with the CPU. Start with {@code CpuMover}. */
@NullMarked
package dev.dmabroker.internal.copy;

import org.jspecify.annotations.NullMarked;
