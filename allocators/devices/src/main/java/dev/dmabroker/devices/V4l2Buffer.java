package dev.dmabroker.devices;

/**
 * A buffer that the driver gave back.
 *
 * @param index as it was queued
 * @param bytesUsed bytes of contents, from the buffer's start; in several planes their sum
 * @param sequence the frame's number since streaming began; a gap of a capture is frames that the
 *     driver had no buffer or no time for. vivid numbers by the clock, and after a late frame may
 *     repeat a number: its lost frames are the gaps less the repetitions
 * @param timestampNanos when the frame was taken or shown; most drivers use CLOCK_MONOTONIC, and
 *     their grain is a microsecond. A memory-to-memory device gives what came with the source
 * @param error whether the driver says that the contents may be damaged
 * @param last whether this is the last that a codec which was told to finish gives; it may be empty
 */
public record V4l2Buffer(
    int index, int bytesUsed, long sequence, long timestampNanos, boolean error, boolean last) {}
