package dev.dmabroker.event;

/**
 * Memory was given back to its heap.
 *
 * @param buffer the buffer's name
 * @param heap where
 * @param sizeBytes how much
 */
public record MemoryReleased(String buffer, String heap, long sizeBytes) {}
