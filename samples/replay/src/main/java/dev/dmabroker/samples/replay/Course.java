package dev.dmabroker.samples.replay;

import java.util.List;

/**
 * How a playing went over time, in steps of equal length.
 *
 * @param stepMicros how long a step is
 * @param moves buffers that had moved by the end of each step
 * @param refusals maps that had found no room by the end of each step
 * @param scarceBytes the most that buffers held of contiguous heaps in each step
 */
record Course(long stepMicros, List<Long> moves, List<Long> refusals, List<Long> scarceBytes) {}
