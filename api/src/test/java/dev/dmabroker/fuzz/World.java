package dev.dmabroker.fuzz;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.dmabroker.Broker;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.testing.Await;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** All that exists in one walk: things in slots, which its threads share, and their extensions. */
final class World {
  final Oracles oracles;
  final Extensions extensions;
  private final Map<Kind<?>, AtomicReferenceArray<@Nullable Object>> slots = new HashMap<>();
  private final AtomicLong values = new AtomicLong();
  private final Queue<CompletableFuture<?>> endings = new ConcurrentLinkedQueue<>();
  private final Queue<Runnable> late = new ConcurrentLinkedQueue<>();
  private final Queue<CompletableFuture<?>> asked = new ConcurrentLinkedQueue<>();

  World(Oracles oracles, Extensions extensions) {
    this.oracles = oracles;
    this.extensions = extensions;
    for (Kind<?> kind : Things.ALL) {
      slots.put(kind, new AtomicReferenceArray<>(kind.slots()));
    }
    slots.put(Things.BROKERS, new AtomicReferenceArray<>(Things.BROKERS.slots()));
  }

  @SuppressWarnings("unchecked") // Only things of that kind are put there.
  private <T> AtomicReferenceArray<@Nullable T> of(Kind<T> kind) {
    return (AtomicReferenceArray<@Nullable T>) Objects.requireNonNull(slots.get(kind));
  }

  /** The thing in the slot, which stays there; skips the step if there is none. */
  <T> T get(Ref<T> slot) {
    @Nullable T thing = of(slot.kind()).get(slot.number());
    if (thing == null) {
      throw new Skip();
    }
    return thing;
  }

  /** The thing in the slot, which is empty then; skips the step if there is none. */
  <T> T take(Ref<T> slot) {
    @Nullable T thing = of(slot.kind()).getAndSet(slot.number(), null);
    if (thing == null) {
      throw new Skip();
    }
    return thing;
  }

  /** Empties the slot if the thing is still in it. */
  <T> void drop(Ref<T> slot, T thing) {
    boolean unused = of(slot.kind()).compareAndSet(slot.number(), thing, null);
  }

  /** What an argument stands for: the thing in the slot, or null. */
  <T> T argument(Ref<T> slot) {
    return slot.number() == Ref.NOTHING ? Draw.nothing() : get(slot);
  }

  /** Puts a thing into a slot, and ends the one that was there. */
  <T> void put(Ref<T> slot, T thing) {
    put(slot.kind(), slot.number(), thing);
  }

  private <T> void put(Kind<T> kind, int number, @Nullable T thing) {
    @Nullable T before = of(kind).getAndSet(number, thing);
    if (before != null) {
      kind.disposer().dispose(this, before);
    }
  }

  /** A value that no buffer has had. */
  long value() {
    return Stamps.value(values.incrementAndGet());
  }

  // ---- Calls within a step ----

  /** Makes a call that a step needs beside its own; the step is skipped if it is refused. */
  <T> T call(String method, Callable<T> call) {
    try {
      return call.call();
    } catch (Skip | Finding e) {
      throw e;
    } catch (Throwable t) {
      oracles.judge(method, t, /* hasNull= */ false);
      throw new Skip();
    }
  }

  /** Ends a thing; what is thrown is judged as of any call of this method. */
  void end(String method, AutoCloseable thing) {
    try {
      thing.close();
    } catch (Throwable t) {
      oracles.judge(method, t, /* hasNull= */ false);
    }
  }

  /** Ends a thing, or leaves that to the end of the walk if another thread uses it. */
  void endInTurn(String method, Semaphore turn, AutoCloseable thing) {
    if (turn.tryAcquire()) {
      end(method, thing);
      turn.release();
    } else {
      late.add(() -> end(method, thing));
    }
  }

  // ---- Futures ----

  /**
   * Follows a future: what it fails with is judged as what the method throws.
   *
   * @param method the method that has the future's exceptions in its Javadoc
   */
  <T> CompletableFuture<T> follow(String method, CompletableFuture<T> future) {
    asked.add(future);
    CompletableFuture<?> unused =
        future.whenComplete(
            (result, failure) -> {
              if (failure != null && !(failure instanceof OwnFailure) && !future.isCancelled()) {
                oracles.guarded(() -> oracles.judge(method, failure, /* hasNull= */ false));
              }
            });
    return future;
  }

  /** Notes what ends a result that comes later. */
  void endsLater(CompletableFuture<?> ending) {
    endings.add(ending);
  }

  private void awaitEndings() {
    for (CompletableFuture<?> each = endings.poll(); each != null; each = endings.poll()) {
      try {
        Object unused =
            each.handle((result, failure) -> true).get(Await.DEADLINE.toSeconds(), SECONDS);
      } catch (TimeoutException | ExecutionException | InterruptedException e) {
        oracles.findings().add("a future", new Finding("it did not end", e));
      }
    }
  }

  /** What the walk itself completes a future with. */
  static final class OwnFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  // ---- The end ----

  /** Ends all that is there, in an order in which nothing is held up. */
  void endAll() {
    extensions.behave();
    extensions.fences().signalAll();
    sweep();
    asked.forEach(future -> future.cancel(false));
    awaitEndings();
    sweep(); // What futures have put there meanwhile.
    awaitEndings();
    for (int i = 0; i < Things.BROKERS.slots(); i++) {
      endBroker(of(Things.BROKERS).getAndSet(i, null));
    }
  }

  private void sweep() {
    for (Kind<?> kind : Things.ALL) {
      empty(kind);
    }
    for (Runnable each = late.poll(); each != null; each = late.poll()) {
      each.run();
    }
  }

  private <T> void empty(Kind<T> kind) {
    for (int i = 0; i < kind.slots(); i++) {
      put(kind, i, null);
    }
  }

  private void endBroker(@Nullable Broker broker) {
    if (broker != null) {
      try {
        broker.close();
      } catch (OutstandingMappingsException e) {
        // The close timeout is short; that the heaps get everything back is awaited after this.
      } catch (Throwable t) {
        oracles.findings().add("Broker.close()", new Finding("all it had was closed before", t));
      }
    }
  }
}
