package dev.dmabroker.samples.pipeline;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.devices.Loan;
import dev.dmabroker.devices.V4l2Queue;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Queues of V4L2 as a device's sides. */
final class V4l2Sides {
  /** V4L2 hands on times in microseconds; a frame's number travels as a number of these. */
  private static final long NANOS_PER_NUMBER = 1_000_000;

  private V4l2Sides() {}

  /** A capture queue that gives frames the numbers of their sources. */
  static final class Results implements Filler {
    private final V4l2Queue<EmptyFrame> queue;
    private boolean drained; // To ask a codec after its last frame is an error (EPIPE).

    Results(V4l2Queue<EmptyFrame> queue) {
      this.queue = queue;
    }

    @Override
    public int room() {
      return queue.count() - queue.queuedCount();
    }

    @Override
    public int count() {
      return queue.queuedCount();
    }

    @Override
    public void queue(EmptyFrame frame) {
      queue.queue(frame, 0, 0, Loan.of(frame));
    }

    @Override
    public void start() {
      queue.start();
    }

    @Override
    public boolean dequeue(Duration timeout, BiConsumer<EmptyFrame, Label> then) {
      return !drained
          && count() > 0
          && queue.dequeue(timeout, done -> accept(done, then)).isPresent();
    }

    private void accept(V4l2Queue.Done<EmptyFrame> done, BiConsumer<EmptyFrame, Label> then) {
      if (done.buffer().error()) {
        throw new IllegalStateException(queue + " gave a damaged frame: " + done.buffer());
      }
      drained = done.buffer().last();
      then.accept(
          done.frame(),
          new Label(done.buffer().timestampNanos() / NANOS_PER_NUMBER, done.buffer().bytesUsed()));
    }

    @Override
    public void stop() {
      queue.stop();
    }
  }

  /** A capture queue that numbers its frames itself. */
  static final class Camera implements Filler {
    private final Results results;
    private long number;

    Camera(V4l2Queue<EmptyFrame> queue) {
      this.results = new Results(queue);
    }

    @Override
    public int room() {
      return results.room();
    }

    @Override
    public int count() {
      return results.count();
    }

    @Override
    public void queue(EmptyFrame frame) {
      results.queue(frame);
    }

    @Override
    public void start() {
      results.start();
    }

    @Override
    public boolean dequeue(Duration timeout, BiConsumer<EmptyFrame, Label> then) {
      return results.dequeue(
          timeout, (frame, label) -> then.accept(frame, new Label(number++, label.bytes())));
    }

    @Override
    public void stop() {
      results.stop();
    }
  }

  /** An output queue. */
  static final class Sources implements Reader {
    private final V4l2Queue<Frame> queue;

    Sources(V4l2Queue<Frame> queue) {
      this.queue = queue;
    }

    @Override
    public int room() {
      return queue.count() - queue.queuedCount();
    }

    @Override
    public void queue(Frame frame, Label label) {
      queue.queue(frame, label.number() * NANOS_PER_NUMBER, label.bytes(), Loan.of(frame));
    }

    @Override
    public void start() {
      queue.start();
    }

    @Override
    public void dequeue(Duration timeout) {
      Duration left = timeout;
      while (queue.queuedCount() > 0) {
        Optional<V4l2Queue.Done<Frame>> done = queue.dequeue(left);
        if (done.isEmpty()) {
          return;
        }
        left = Duration.ZERO;
      }
    }

    @Override
    public void stop() {
      queue.stop();
    }
  }
}
