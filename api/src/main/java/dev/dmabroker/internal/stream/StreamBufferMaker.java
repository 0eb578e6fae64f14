package dev.dmabroker.internal.stream;

import dev.dmabroker.internal.buffer.BufferLife;
import dev.dmabroker.internal.buffer.ManagedBuffer;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.move.MoveQueue;
import dev.dmabroker.internal.runtime.AfterLock;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes buffers for a stream. Each buffer is attached to the producer and to every consumer, and
 * has memory that suits them all, before it goes round. Consumers that come meanwhile are attached
 * as well, and consumers that leave are detached. Memory is got without the stream's lock.
 */
final class StreamBufferMaker {
  private final StreamLife life;
  private final StreamPool pool;
  private final StreamDevices devices;

  /** The queue in which the buffers of the stream move one at a time. */
  private final MoveQueue<BufferLife> queue = new MoveQueue<>();

  StreamBufferMaker(StreamUse use) {
    this.life = use.life;
    this.pool = use.pool;
    this.devices = use.devices;
  }

  /**
   * Makes a buffer and adds it to the pool, in the calling thread. If this throws, the index is
   * still taken.
   *
   * @param index the number of the buffer, which was reserved
   * @param added called under the lock, when the buffer is in the pool
   */
  StreamBuffer make(int index, Consumer<AfterLock> added) {
    StreamBuffer made = attached(index);
    try {
      made.buffer().prepare();
      finish(made, added);
      return made;
    } catch (Throwable e) {
      discard(made.buffer(), made, null);
      throw e;
    }
  }

  /**
   * Does what {@link #make} does on workers, none of which waits for the memory.
   *
   * @param failed called with what {@link #make} would throw
   */
  void makeOnWorkers(int index, Consumer<AfterLock> added, Consumer<Throwable> failed) {
    Making making = new Making(added, failed);
    try {
      StreamBuffer made = attached(index);
      making.made = made;
      made.buffer().prepareThen(making);
    } catch (Throwable e) {
      making.fail(e);
    }
  }

  /** A buffer that workers make. It is added or it fails, once, whatever throws. */
  private final class Making implements Consumer<@Nullable Throwable>, Runnable {
    private final Consumer<AfterLock> added;
    private final Consumer<Throwable> failed;
    private final AtomicBoolean over = new AtomicBoolean();
    @Nullable StreamBuffer made;
    private volatile @Nullable Throwable failure;

    Making(Consumer<AfterLock> added, Consumer<Throwable> failed) {
      this.added = added;
      this.failed = failed;
    }

    /** The buffer has its memory, or there is none. This may be the timer's thread. */
    @Override
    public void accept(@Nullable Throwable failure) {
      this.failure = failure;
      try {
        life.execute(this);
      } catch (VirtualMachineError e) {
        run(); // Better late than never.
      }
    }

    @Override
    public void run() {
      StreamBuffer its = made;
      Throwable why = failure;
      if (why != null || its == null) {
        fail(why != null ? why : new IllegalStateException("no buffer was made"));
        return;
      }
      try {
        finish(its, added);
        over.set(true);
      } catch (Throwable t) {
        fail(t);
      }
    }

    void fail(Throwable why) {
      if (over.compareAndSet(false, true)) {
        StreamBuffer its = made;
        if (its != null) {
          discard(its.buffer(), its, null);
        }
        failed.accept(why);
      }
    }
  }

  /** Makes a buffer that is attached to all devices of the stream, and has no memory yet. */
  private StreamBuffer attached(int index) {
    ManagedBuffer buffer = null;
    AttachedDevice attachment = null;
    StreamBuffer made = null;
    try {
      buffer =
          life.buffers.make(
              life.spec.name() + "-" + (index + 1),
              life.spec.buffer(),
              life.producer,
              queue,
              /* origin= */ null);
      attachment = buffer.attach(life.producer);
      made = new StreamBuffer(index, buffer, attachment);
      attachMissing(made);
      return made;
    } catch (Throwable e) {
      discard(buffer, made, attachment);
      throw e;
    }
  }

  /** Adds a buffer that has its memory to the pool. */
  private void finish(StreamBuffer made, Consumer<AfterLock> added) {
    made.sizeBytes(made.buffer().life.snapshot().sizeBytes());
    while (!add(made, added)) {
      attachMissing(made); // A consumer has come meanwhile.
    }
  }

  /** Attaches the consumers that the buffer lacks, without the lock. */
  private void attachMissing(StreamBuffer made) {
    List<AttachedConsumer> missing;
    synchronized (life.lock) {
      missing =
          devices.consumers().stream().filter(consumer -> !made.isAttachedTo(consumer)).toList();
    }
    for (AttachedConsumer consumer : missing) {
      AttachedDevice attachment = made.buffer().attach(consumer.device());
      try {
        life.report(
            after -> {
              made.keep(after);
              made.addConsumer(consumer, attachment);
            });
      } catch (VirtualMachineError e) {
        attachment.close();
        throw e;
      }
    }
  }

  /** Adds the buffer to the pool. False if a consumer has come that is not attached to it yet. */
  private boolean add(StreamBuffer made, Consumer<AfterLock> added) {
    return life.locked(
        after -> {
          life.checkOpen("grow");
          List<AttachedConsumer> consumers = devices.consumers();
          if (!consumers.stream().allMatch(made::isAttachedTo)) {
            return false;
          }
          made.keep(after);
          made.removeConsumersBut(consumers)
              .forEach(left -> after.then(left::close)); // These have left meanwhile.
          pool.add(made, life.now());
          added.accept(after);
          return true;
        });
  }

  /** Ends whatever was made of a buffer that failed. */
  private void discard(
      @Nullable ManagedBuffer buffer,
      @Nullable StreamBuffer made,
      @Nullable AttachedDevice attachment) {
    if (made != null) {
      Runnable end;
      synchronized (life.lock) {
        end = made.destroy();
      }
      end.run();
      return;
    }
    if (attachment != null) {
      attachment.close();
    }
    if (buffer != null) {
      buffer.close();
    }
  }
}
