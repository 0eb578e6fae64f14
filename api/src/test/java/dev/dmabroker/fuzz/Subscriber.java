package dev.dmabroker.fuzz;

import dev.dmabroker.Frame;
import dev.dmabroker.fuzz.Hostility.Fault;
import dev.dmabroker.fuzz.Hostility.Site;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.fuzz.Things.Stream;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A subscriber that looks into each frame and closes it, and that fails now and then. Its publisher
 * has to call one method at a time, and none after the end.
 */
final class Subscriber implements Flow.Subscriber<Frame> {
  private final World world;
  private final Stream stream;
  private final Ref<Flow.Subscription> slot;
  private final AtomicInteger calls = new AtomicInteger();
  private volatile boolean ended;

  Subscriber(World world, Stream stream, Ref<Flow.Subscription> slot) {
    this.world = world;
    this.stream = stream;
    this.slot = slot;
  }

  private void calling(String method, Runnable body) {
    if (calls.getAndIncrement() > 0) {
      world.oracles.findings().add(method, new Finding("called while another call runs"));
    }
    if (ended) {
      world.oracles.findings().add(method, new Finding("called after the end"));
    }
    try {
      body.run();
    } finally {
      calls.decrementAndGet();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    calling("Flow.Subscriber.onSubscribe", () -> world.put(slot, subscription));
  }

  @Override
  public void onNext(Frame frame) {
    calling(
        "Flow.Subscriber.onNext",
        () -> {
          try {
            FrameOperations.look(world, frame, stream);
          } catch (Skip e) {
            // The memory could not be read.
          } finally {
            world.end("Frame.close()", frame);
          }
          Fault unused = world.extensions.hostility().strikeSilently(Site.SUBSCRIBER);
        });
  }

  @Override
  public void onError(Throwable failure) {
    calling(
        "Flow.Subscriber.onError",
        () -> {
          ended = true;
        });
  }

  @Override
  public void onComplete() {
    calling(
        "Flow.Subscriber.onComplete",
        () -> {
          ended = true;
        });
  }
}
