package dev.dmabroker.event;

/**
 * A stream has got a buffer more, or has fewer; none once it is closed, as what is still held then
 * goes when it is released.
 *
 * @param stream the stream's name
 * @param before how many it had
 * @param after how many it has now
 * @param sizeBytes of all of them together
 * @param reason why, for a person to read
 */
public record StreamResized(String stream, int before, int after, long sizeBytes, String reason) {}
