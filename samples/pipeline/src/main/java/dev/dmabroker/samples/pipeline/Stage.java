package dev.dmabroker.samples.pipeline;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A thread that does a stage's work, and remembers what went wrong. */
final class Stage {
  private final Thread thread;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** What a stage does. */
  interface Work {
    /** Returns when the stage has done all its work. */
    void run() throws Exception;
  }

  private Stage(String name, Work work, Runnable onFailure) {
    thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable t) {
                failure.set(t);
                onFailure.run();
              }
            },
            name);
  }

  /**
   * Starts a stage.
   *
   * @param onFailure runs if it fails, in its thread
   */
  static Stage start(String name, Work work, Runnable onFailure) {
    Stage stage = new Stage(name, work, onFailure);
    stage.thread.start();
    return stage;
  }

  /**
   * Waits for its end.
   *
   * @throws IllegalStateException if it failed, with why
   */
  void join() throws InterruptedException {
    thread.join();
    Throwable why = failure.get();
    if (why != null) {
      throw new IllegalStateException("the stage " + thread.getName() + " failed: " + why, why);
    }
  }
}
