package dev.dmabroker.internal;

import dev.dmabroker.ClosedException;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A stream's frames as {@link Flow} items: each subscriber is a consumer of its own. */
final class FramePublisher implements Flow.Publisher<Frame> {
  private static final System.Logger LOG = System.getLogger(FramePublisher.class.getName());

  private final ManagedStream stream;
  private final RegisteredDevice device;
  private final StreamConsumer.Policy policy;

  FramePublisher(ManagedStream stream, RegisteredDevice device, StreamConsumer.Policy policy) {
    this.stream = stream;
    this.device = device;
    this.policy = policy;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Frame> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    StreamConsumer consumer;
    try {
      consumer = stream.attach(device, policy);
    } catch (RuntimeException e) {
      subscriber.onSubscribe(new Ended());
      subscriber.onError(e);
      return;
    }
    Subscription subscription = new Subscription(consumer, subscriber);
    try {
      subscriber.onSubscribe(subscription);
    } catch (RuntimeException | Error e) {
      subscription.cancel();
      throw e;
    }
  }

  /** Of a subscriber that could not be attached. */
  private static final class Ended implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }

  /**
   * Takes one frame at a time, so that signals come one after the other: each is followed by the
   * next take, started by whoever ended the last signal.
   */
  private static final class Subscription implements Flow.Subscription {
    private final StreamConsumer consumer;
    private final Flow.Subscriber<? super Frame> subscriber;

    // Guarded by this.
    private long requested;
    private boolean taking;
    private boolean ended;
    private @Nullable IllegalArgumentException badRequest;

    Subscription(StreamConsumer consumer, Flow.Subscriber<? super Frame> subscriber) {
      this.consumer = consumer;
      this.subscriber = subscriber;
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
      takeNext();
    }

    @Override
    public void cancel() {
      synchronized (this) {
        ended = true;
      }
      consumer.close();
    }

    private void takeNext() {
      IllegalArgumentException bad;
      synchronized (this) {
        if (ended || taking) {
          return;
        }
        bad = badRequest;
        if (bad == null) {
          if (requested == 0) {
            return;
          }
          requested--;
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
        LOG.log(Level.WARNING, "a subscriber of " + consumer + " threw", e);
        return;
      }
      synchronized (this) {
        taking = false;
      }
      takeNext();
    }

    private synchronized boolean isEnded() {
      return ended;
    }

    private void end(@Nullable Throwable failure) {
      synchronized (this) {
        if (ended) {
          return;
        }
        ended = true;
      }
      consumer.close();
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      if (cause instanceof StreamStoppedException || cause instanceof ClosedException) {
        subscriber.onComplete();
      } else {
        subscriber.onError(cause == null ? new IllegalStateException("no frame") : cause);
      }
    }
  }
}
