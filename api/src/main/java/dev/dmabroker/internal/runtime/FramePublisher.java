package dev.dmabroker.internal.runtime;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream's frames as items of a {@link Flow}: each subscriber is a consumer of its own.
 *
 * @param <C> the stream's consumers
 */
public final class FramePublisher<C extends StreamConsumer> implements Flow.Publisher<Frame> {
  private final String name;
  private final Supplier<C> attach;
  private final BiConsumer<C, Runnable> onEnd;
  private final Consumer<Runnable> callbacks;

  /**
   * Makes a publisher of one stream for one device.
   *
   * @param name names the device and the stream
   * @param attach makes the device a consumer of the stream once more
   * @param onEnd sets what a consumer calls when a take would say that there are no more frames
   * @param callbacks runs the code that calls subscribers
   */
  public FramePublisher(
      String name,
      Supplier<C> attach,
      BiConsumer<C, Runnable> onEnd,
      Consumer<Runnable> callbacks) {
    this.name = name;
    this.attach = attach;
    this.onEnd = onEnd;
    this.callbacks = callbacks;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Frame> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    C consumer;
    try {
      consumer = attach.get();
    } catch (RuntimeException e) {
      subscriber.onSubscribe(new Ended());
      subscriber.onError(e);
      return;
    }
    Subscription subscription = new Subscription(consumer, subscriber, callbacks);
    try {
      subscriber.onSubscribe(subscription);
    } catch (Throwable e) {
      subscription.cancel();
      throw e;
    } finally {
      subscription.begin();
    }
    onEnd.accept(consumer, subscription::over);
  }

  @Override
  public String toString() {
    return "the publisher of frames for " + name;
  }

  /** The subscription of a subscriber that could not be attached. */
  private static final class Ended implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }

  /**
   * The subscription of one subscriber: a loop that takes a frame, signals it, and takes the next.
   * Whatever may let the loop go on (a request, a frame that has come, an end) counts as a reason
   * to look. The call that counts the first reason runs the loop, until it has looked after the
   * last reason; other calls only count. So signals come one after the other, however deep in
   * another signal they are asked for, and a subscriber that asks for the next frame in {@code
   * onNext} does not make the stack grow, even if the callback executor runs everything at once.
   */
  private static final class Subscription implements Flow.Subscription {
    private final StreamConsumer consumer;
    private final Flow.Subscriber<? super Frame> subscriber;
    private final Consumer<Runnable> callbacks;

    /** The reasons to look; one at first, so that no signal comes before {@link #begin}. */
    private final AtomicInteger reasons = new AtomicInteger(1);

    // This object's monitor guards these fields.
    private long requested;
    private boolean taking;
    private boolean ended;

    /** What the last take came to, until it is signalled; null if there is nothing to signal. */
    private @Nullable Taken taken;

    /** Whether the consumer has an end to tell, for which no frame need be requested. */
    private boolean over;

    /** The error of a request for less than one frame; null if there was none. */
    private @Nullable IllegalArgumentException badRequest;

    private record Taken(@Nullable Frame frame, @Nullable Throwable failure) {}

    Subscription(
        StreamConsumer consumer,
        Flow.Subscriber<? super Frame> subscriber,
        Consumer<Runnable> callbacks) {
      this.consumer = consumer;
      this.subscriber = subscriber;
      this.callbacks = callbacks;
    }

    @Override
    public void request(long n) {
      synchronized (this) {
        if (n < 1) {
          badRequest = new IllegalArgumentException("must request at least 1 frame, not " + n);
        } else {
          requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
        }
      }
      look();
    }

    @Override
    public void cancel() {
      synchronized (this) {
        ended = true;
      }
      consumer.close();
      look(); // A frame that has come meanwhile has to be released.
    }

    /** The consumer has an end to tell. */
    private void over() {
      synchronized (this) {
        over = true;
      }
      look();
    }

    /** A take has ended. This may be within the loop, if there was a frame already. */
    private void taken(@Nullable Frame frame, @Nullable Throwable failure) {
      synchronized (this) {
        taken = new Taken(frame, failure);
      }
      look();
    }

    // ---- The loop ----

    /** {@code onSubscribe} has returned, so signals may come. */
    void begin() {
      callbacks.accept(this::loop);
    }

    /** Has the loop look. No subscriber holds up the calling thread, which may stop the stream. */
    private void look() {
      if (reasons.getAndIncrement() == 0) {
        callbacks.accept(this::loop);
      }
    }

    private void loop() {
      int seen = 1;
      do {
        try {
          signalTaken();
          takeNext();
        } catch (Throwable t) {
          fail(t);
        }
        seen = reasons.addAndGet(-seen);
      } while (seen != 0);
    }

    /** Signals what a take came to, if one has ended. */
    private void signalTaken() {
      Taken result;
      boolean late;
      synchronized (this) {
        result = taken;
        if (result == null) {
          return;
        }
        taken = null;
        taking = false;
        late = ended;
      }
      Frame frame = result.frame();
      if (frame == null) {
        end(result.failure());
      } else if (late) {
        frame.close();
      } else {
        try {
          subscriber.onNext(frame);
        } catch (Throwable t) {
          release(frame, t);
          throw t;
        }
      }
    }

    /** Closes a frame that the subscriber threw away with an error. */
    private static void release(Frame frame, Throwable why) {
      try {
        frame.close();
      } catch (RuntimeException e) {
        why.addSuppressed(e); // As when a CPU view of the frame did not end well.
      }
    }

    /** Starts the next take, if one is requested or the end is to be told. */
    private void takeNext() {
      IllegalArgumentException bad;
      synchronized (this) {
        if (ended) {
          return;
        }
        bad = badRequest;
        if (bad == null) {
          if (taking || (requested == 0 && !over)) {
            return;
          }
          requested = Math.max(0, requested - 1);
          taking = true;
        }
      }
      if (bad != null) {
        end(bad);
        return;
      }
      CompletableFuture<?> unused = consumer.takeAsync().whenComplete(this::taken);
    }

    /** Signals the end, once. An end of the stream or of the consumer completes the subscriber. */
    private void end(@Nullable Throwable failure) {
      if (!endOnce()) {
        return;
      }
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      consumer.close();
      if (cause instanceof StreamStoppedException || cause instanceof ClosedException) {
        subscriber.onComplete();
      } else {
        subscriber.onError(cause == null ? new IllegalStateException("no frame") : cause);
      }
    }

    private synchronized boolean endOnce() {
      boolean first = !ended;
      ended = true;
      return first;
    }

    /**
     * The subscriber threw, against the rules, or a take could not be made: the subscription ends,
     * and the subscriber is told the error unless it was told an end.
     */
    private void fail(Throwable thrown) {
      EngineLog.LOG.log(Level.WARNING, "the subscription of " + consumer + " failed", thrown);
      Guarded.run("a subscriber of " + consumer, () -> end(thrown));
    }
  }
}
