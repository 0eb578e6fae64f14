package dev.dmabroker.internal.buffer;

import dev.dmabroker.Mapping;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.WaitGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an asynchronous map returns. It sees who waits for it: a thread that joins it, and a chain
 * that {@linkplain #thenCompose composes} it with a further map, so that a wait for oneself is
 * refused at once and not by a timeout.
 */
final class MapFuture extends CompletableFuture<Mapping> {
  private static final ThreadLocal<@Nullable Chain> CURRENT = new ThreadLocal<>();

  /** Null if it was mapped at once. */
  private final @Nullable MapRequest request;

  /** Whether somebody is about to complete this with what came of the request, or has. */
  private final AtomicBoolean ended = new AtomicBoolean();

  /** The chain that asked; null if none did. */
  private final @Nullable Chain asker = CURRENT.get();

  /**
   * What a chain has been given, and asks for meanwhile.
   *
   * @param mapping the last that it was given
   * @param before the chain until then
   * @param asked what has to be served before it goes on
   */
  private record Chain(Mapping mapping, @Nullable Chain before, List<MapRequest> asked) {}

  private MapFuture(@Nullable MapRequest request) {
    this.request = request;
  }

  static MapFuture done(BufferMapping mapping) {
    MapFuture future = new MapFuture(null);
    future.complete(mapping);
    return future;
  }

  /** Not done yet, whoever serves the request completes it. */
  static MapFuture of(MapRequest request) {
    MapFuture future = new MapFuture(request);
    Chain chain = future.asker;
    if (chain != null) {
      chain.asked().add(request);
    }
    request.hand(future);
    return future;
  }

  @Override
  public <U> CompletableFuture<U> thenCompose(
      Function<? super Mapping, ? extends CompletionStage<U>> next) {
    return super.thenCompose(
        mapping -> within(new Chain(mapping, held(asker), new ArrayList<>()), next));
  }

  /**
   * The chain without what it has closed at its end, or a chain that goes on for ever would grow.
   */
  private static @Nullable Chain held(@Nullable Chain chain) {
    Chain link = chain;
    while (link != null && !link.mapping().isOpen()) {
      link = link.before();
    }
    return link;
  }

  private static <U> CompletionStage<U> within(
      Chain chain, Function<? super Mapping, ? extends CompletionStage<U>> next) {
    Chain outer = CURRENT.get();
    CURRENT.set(chain);
    try {
      return next.apply(chain.mapping());
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
      chain.asked().forEach(asked -> refuseSelfWait(asked, chain));
    }
  }

  private static void refuseSelfWait(MapRequest asked, @Nullable Chain chain) {
    for (Chain link = chain; link != null; link = link.before()) {
      if (link.mapping() instanceof BufferMapping held) {
        SelfWait.refuseWaitFor(asked, held);
      }
    }
  }

  /**
   * {@inheritDoc} False if the map has been granted or refused already, even if this future does
   * not know yet: a buffer's old contents may have gone for its sake.
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (request == null || isDone()) {
      return isCancelled();
    }
    if (!request.claim()) {
      return isCancelled();
    }
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    request.endGivenUp(Exceptions.closed("the future of " + request.describe() + " was cancelled"));
    return cancelled;
  }

  /** Gives the request up when this future is cancelled other than by {@link #cancel}. */
  void giveUpIfCancelled(MapRequest asked) {
    CompletableFuture<?> unused =
        whenComplete(
            (mapping, failure) -> {
              if (isCancelled()) {
                boolean unusedToo =
                    asked.giveUp(
                        Exceptions.closed("the future of " + asked.describe() + " was cancelled"));
              }
            });
  }

  /** Takes over what came of the request, the first time; a mapping that nobody wants is closed. */
  void end(@Nullable BufferMapping mapping, @Nullable Throwable failure) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    if (failure != null) {
      completeExceptionally(failure);
    } else if (mapping != null && !complete(mapping)) {
      mapping.close();
    }
  }

  /*
   * A thread that waits here takes the end of the request over itself: it may be the one thread of
   * the callback executor.
   */

  @Override
  public Mapping join() {
    WaitGraph waits = park();
    try {
      if (waits != null && request != null) {
        request.waiting().awaitEither(this);
        request.handNow(this);
      }
      return taken(super.join());
    } finally {
      unpark(waits);
    }
  }

  @Override
  public Mapping get() throws InterruptedException, ExecutionException {
    WaitGraph waits = park();
    try {
      if (waits != null && request != null) {
        request.waiting().awaitEitherInterruptibly(this);
        request.handNow(this);
      }
      return taken(super.get());
    } finally {
      unpark(waits);
    }
  }

  @Override
  public Mapping get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    WaitGraph waits = park();
    try {
      if (waits != null && request != null) {
        request.waiting().awaitEither(this, timeout, unit);
        request.handNow(this);
      }
      return taken(super.get(timeout, unit));
    } finally {
      unpark(waits);
    }
  }

  /** The thread that waited for a mapping is taken for the one that closes it. */
  private static Mapping taken(Mapping mapping) {
    if (mapping instanceof BufferMapping held) {
      held.hand();
    }
    return mapping;
  }

  private @Nullable WaitGraph park() {
    if (request == null || isDone()) {
      return null;
    }
    refuseSelfWait(request, CURRENT.get());
    WaitGraph waits = request.life.services().waits();
    waits.park(request);
    return waits;
  }

  private void unpark(@Nullable WaitGraph waits) {
    if (waits != null && request != null) {
      waits.unpark(request);
    }
  }
}
