package dev.dmabroker.event;

import java.time.Duration;

/**
 * A buffer got memory, or was adopted with memory that was there already.
 *
 * @param buffer the buffer's name
 * @param heap where
 * @param sizeBytes how much
 * @param took how long the heap needed, with those that were asked in vain; zero if it was adopted
 */
public record MemoryAllocated(String buffer, String heap, long sizeBytes, Duration took) {}
