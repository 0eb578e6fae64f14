package dev.dmabroker.event;

/**
 * A stream's producer has to wait and the stream does not grow. Told once until a buffer is free
 * again.
 *
 * @param stream the stream's name
 * @param depth how many buffers it has
 * @param reason why it does not grow, and who has the buffers
 */
public record StreamHeldBack(String stream, int depth, String reason) {}
