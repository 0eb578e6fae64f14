package dev.dmabroker.remote.internal.service;

import dev.dmabroker.internal.runtime.PromptFuture;
import dev.dmabroker.internal.runtime.ProxyThread;

/** A thread that serves requests. It begins each with a whole stack, and holds no lock then. */
final class ServiceThread extends ProxyThread {

  ServiceThread(Runnable task, int number) {
    super(task, "dmabroker-service-" + number);
    setDaemon(true);
  }

  /** Whether the calling thread is one. */
  static boolean isCurrent() {
    return Thread.currentThread() instanceof ServiceThread;
  }

  /** A future whose stages a thread that serves requests runs as soon as it has ended the wait. */
  static final class Prompt<T> extends PromptFuture<T> {
    @Override
    protected boolean mayEndHere() {
      return isCurrent();
    }
  }
}
