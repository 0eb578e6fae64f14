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
 * The future of an asynchronous map. It sees what waits for it: a thread that joins it, and a chain
 * that {@linkplain #thenCompose composes} it with a further map. So a chain or thread that would
 * wait for its own mapping is refused at once, and not by a timeout.
 */
final class MapFuture extends CompletableFuture<Mapping> {
  /** The chain that runs a stage in this thread now; null if none does. */
  private static final ThreadLocal<@Nullable Chain> CURRENT = new ThreadLocal<>();

  /** The request that the future stands for; null if it was mapped at once. */
  private final @Nullable MapRequest request;

  /**
   * Whether a thread is about to complete this with the end of the request, or has completed it.
   */
  private final AtomicBoolean ended = new AtomicBoolean();

  /** The chain that asked; null if no chain did. */
  private final @Nullable Chain asker = CURRENT.get();

  /**
   * The mappings that a chain has been given, and the maps that it asks for meanwhile.
   *
   * @param mapping the last mapping that the chain was given
   * @param before the chain until then
   * @param asked the requests that have to be served before the chain goes on
   */
  private record Chain(Mapping mapping, @Nullable Chain before, List<MapRequest> asked) {}

  private MapFuture(@Nullable MapRequest request) {
    this.request = request;
  }

  /** A future that has its mapping already. */
  static MapFuture done(BufferMapping mapping) {
    MapFuture future = new MapFuture(null);
    future.complete(mapping);
    return future;
  }

  /**
   * A future for a request. If it is not done yet, the thread that serves the request completes it.
   */
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
   * The chain without the mappings at its end that it has closed; otherwise a chain that goes on
   * for ever would grow.
   */
  private static @Nullable Chain held(@Nullable Chain chain) {
    Chain link = chain;
    while (link != null && !link.mapping().isOpen()) {
      link = link.before();
    }
    return link;
  }

  /** Runs the next stage as a part of the chain, then checks what it asked for. */
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

  /** Refuses the request if it needs the end of a mapping that the chain holds. */
  private static void refuseSelfWait(MapRequest asked, @Nullable Chain chain) {
    for (Chain link = chain; link != null; link = link.before()) {
      if (link.mapping() instanceof BufferMapping held) {
        SelfWait.refuseWaitFor(asked, held);
      }
    }
  }

  /**
   * {@inheritDoc} False if the map has been granted or refused already, even if this future does
   * not know yet: the buffer's old contents may have been dropped for its sake.
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

  /** Gives the request up when this future is cancelled in another way than by {@link #cancel}. */
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

  /**
   * Takes over the end of the request, the first time. A mapping that the future cannot take, as it
   * was cancelled, is closed.
   */
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

  /** The thread that waited for a mapping is noted as the one that closes it. */
  private static Mapping taken(Mapping mapping) {
    if (mapping instanceof BufferMapping held) {
      held.hand();
    }
    return mapping;
  }

  /**
   * Notes that this thread waits, unless it would wait for its own chain; null if there is no wait.
   */
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
