package dev.dmabroker.event;

import java.time.Duration;

/**
 * A map waited.
 *
 * @param buffer the buffer's name
 * @param device whose map it was
 * @param waited how long
 * @param granted whether it was mapped in the end
 */
public record MapStalled(String buffer, String device, Duration waited, boolean granted) {}
