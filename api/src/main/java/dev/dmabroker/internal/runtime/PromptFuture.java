package dev.dmabroker.internal.runtime;

import java.util.concurrent.CompletableFuture;

/**
 * A future whose stages are code of this project: they are short, and wait for nothing. Where the
 * thread that ends the wait may run them, it does, so that no other thread has to be woken for
 * that; elsewhere it is ended on the callback executor, as each other future is.
 *
 * @param <T> what is waited for
 */
public abstract class PromptFuture<T> extends CompletableFuture<T> {

  /** Makes one that is not done. */
  protected PromptFuture() {}

  /** Whether the calling thread, which holds no lock, may run the stages: it has stack for them. */
  protected abstract boolean mayEndHere();

  /** Whether the calling thread may run the stages of the future. */
  public static boolean mayEndHere(CompletableFuture<?> future) {
    return future instanceof PromptFuture<?> prompt && prompt.mayEndHere();
  }
}
