package dev.dmabroker.samples.gstreamer.inprocess;

/** Waits for the threads of what is closed. */
final class Threads {
  private Threads() {}

  /** Waits until a thread has ended; an interrupt shows afterwards. */
  static void awaitEnd(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
