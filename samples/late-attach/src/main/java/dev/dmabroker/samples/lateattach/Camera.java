package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Mapping;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Fills buffers on its own clock, from a queue that it is given. Used by one thread. */
interface Camera extends AutoCloseable {

  /**
   * A filled buffer.
   *
   * @param index as it was queued
   * @param sequence the frame's number
   * @param dropped frames lost before this one because no buffer was queued
   * @param skipped numbers that the device itself skipped before this one, with a buffer at hand;
   *     an emulated one does when its machine is late
   */
  record Captured(int index, long sequence, long dropped, long skipped) {}

  /** What memory it reaches. */
  Constraints constraints();

  /** Gives it a buffer with its mapping, which is closed when the buffer comes back. */
  void queue(int index, Mapping mapping);

  /** Begins to fill what is queued. */
  void start();

  /** Waits for the next filled buffer; shows it before it is unmapped. */
  Optional<Captured> dequeue(Duration timeout, Consumer<Captured> beforeUnmap);

  /** Stops filling, and unmaps the buffers that had been queued. */
  void stop();

  @Override
  void close();
}
