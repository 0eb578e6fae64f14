package dev.dmabroker.internal.stream;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.internal.runtime.EngineLog;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stream's frames as items of a {@link Flow}: each subscriber is a consumer of its own. */
final class FramePublisher implements Flow.Publisher<Frame> {
  private final Supplier<AttachedConsumer> attach;
  private final Consumer<Runnable> callbacks;

  /**
   * Makes a publisher of one stream for one device.
   *
   * @param attach makes the device a consumer of the stream once more
   * @param callbacks runs the code that calls subscribers
   */
  FramePublisher(Supplier<AttachedConsumer> attach, Consumer<Runnable> callbacks) {
    this.attach = attach;
    this.callbacks = callbacks;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Frame> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    AttachedConsumer consumer;
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
    }
    // No end is told before onSubscribe has returned.
    consumer.onEnd(subscription::over);
    subscription.goOn();
  }

  /** The subscription of a subscriber that could not be attached. */
  private static final class Ended implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }

  /**
   * The subscription of one subscriber. It takes one frame at a time, so that signals come one
   * after the other: the thread that ended the last signal starts the next take. The first signal
   * is {@code onSubscribe}.
   */
  private static final class Subscription implements Flow.Subscription {
    private final AttachedConsumer consumer;
    private final Flow.Subscriber<? super Frame> subscriber;
    private final Consumer<Runnable> callbacks;

    // This object's monitor guards these fields.
    private long requested;
    private boolean taking = true;
    private boolean ended;

    /** Whether the consumer has an end to tell, for which no frame need be requested. */
    private boolean over;

    /** The error of a request for less than one frame; null if there was none. */
    private @Nullable IllegalArgumentException badRequest;

    Subscription(
        AttachedConsumer consumer,
        Flow.Subscriber<? super Frame> subscriber,
        Consumer<Runnable> callbacks) {
      this.consumer = consumer;
      this.subscriber = subscriber;
      this.callbacks = callbacks;
    }

    @Override
    public void request(long n) {
      synchronized (this) {
        if (ended) {
          return;
        }
        if (n < 1) {
          badRequest = new IllegalArgumentException("must request at least 1 frame, not " + n);
        } else {
          requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
        }
      }
      if (n < 1) {
        consumer.close(); // Ends a take that waits.
      }
      takeNext();
    }

    @Override
    public void cancel() {
      synchronized (this) {
        ended = true;
      }
      consumer.close();
    }

    /** The thread that stops the stream calls this, and no subscriber is to hold it up. */
    void over() {
      synchronized (this) {
        over = true;
      }
      callbacks.accept(this::takeNext);
    }

    /** The last signal has ended, so that the next take may start. */
    void goOn() {
      synchronized (this) {
        taking = false;
      }
      takeNext();
    }

    /** Starts the next take, if one is requested or the end is to be told. */
    private void takeNext() {
      IllegalArgumentException bad;
      synchronized (this) {
        if (ended || taking) {
          return;
        }
        bad = badRequest;
        if (bad == null) {
          if (requested == 0 && !over) {
            return;
          }
          requested = Math.max(0, requested - 1);
        }
        taking = true;
      }
      if (bad != null) {
        end(bad);
        return;
      }
      CompletableFuture<?> unused = consumer.takeAsync().whenComplete(this::taken);
    }

    /** Signals what a take came to, and goes on. */
    private void taken(@Nullable Frame frame, @Nullable Throwable failure) {
      if (frame == null) {
        end(failure);
        return;
      }
      if (isEnded()) {
        frame.close();
        return;
      }
      try {
        subscriber.onNext(frame);
      } catch (Throwable e) {
        frame.close();
        cancel(); // As the rules have it, the subscriber is gone.
        EngineLog.LOG.log(Level.WARNING, "a subscriber of " + consumer + " threw", e);
        return;
      }
      goOn();
    }

    private synchronized boolean isEnded() {
      return ended;
    }

    /** Signals the end, once. An end of the stream or of the consumer completes the subscriber. */
    private void end(@Nullable Throwable failure) {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
        cause = badRequest == null ? cause : badRequest;
      }
      consumer.close();
      if (cause instanceof StreamStoppedException || cause instanceof ClosedException) {
        subscriber.onComplete();
      } else {
        subscriber.onError(cause == null ? new IllegalStateException("no frame") : cause);
      }
    }
  }
}
