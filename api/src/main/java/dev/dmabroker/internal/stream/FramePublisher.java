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

/** A stream's frames as {@link Flow} items: each subscriber is a consumer of its own. */
final class FramePublisher implements Flow.Publisher<Frame> {
  private final Supplier<AttachedConsumer> attach;
  private final Consumer<Runnable> callbacks;

  /**
   * Makes a publisher of one stream for one device.
   *
   * @param attach makes the device a consumer of the stream once more
   * @param callbacks runs what calls subscribers
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
    } catch (RuntimeException | Error e) {
      subscription.cancel();
      throw e;
    }
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
   * Takes one frame at a time, so that signals come one after the other: each is followed by the
   * next take, started by the thread that ended the last signal. The first is {@code onSubscribe}.
   */
  private static final class Subscription implements Flow.Subscription {
    private final AttachedConsumer consumer;
    private final Flow.Subscriber<? super Frame> subscriber;
    private final Consumer<Runnable> callbacks;

    // Guarded by this.
    private long requested;
    private boolean taking = true;
    private boolean ended;

    /** The consumer has an end to tell, for which nothing need be requested. */
    private boolean over;

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

    /** From the thread that stops the stream, which no subscriber is to hold up. */
    void over() {
      synchronized (this) {
        over = true;
      }
      callbacks.accept(this::takeNext);
    }

    /** The last signal has ended. */
    void goOn() {
      synchronized (this) {
        taking = false;
      }
      takeNext();
    }

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
      } catch (RuntimeException | Error e) {
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
