package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.BufferStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Runs a camera on a thread of its own, and counts its frames. */
final class CameraLoop implements AutoCloseable {
  private final Thread thread;
  private volatile boolean stopping;
  private final AtomicLong captured = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private volatile long forgotten;
  private volatile long longestWaitNanos;
  private volatile String trouble = "";

  CameraLoop(Camera camera, BufferStream stream) {
    thread = new Thread(() -> run(camera, stream), "camera");
  }

  void start() {
    thread.start();
  }

  private void run(Camera camera, BufferStream stream) {
    try {
      camera.capture(stream, this);
    } catch (RuntimeException e) {
      trouble = e.toString();
    }
  }

  /** The camera is to end with the frame under way. */
  boolean isStopping() {
    return stopping;
  }

  /** A frame was captured and submitted. */
  void captured() {
    captured.incrementAndGet();
  }

  /** Frames were lost for want of a buffer. */
  void dropped(long frames) {
    dropped.addAndGet(frames);
  }

  /** The camera wanted a buffer for that long; the camera's thread calls it. */
  void waited(long nanos) {
    longestWaitNanos = Math.max(longestWaitNanos, nanos);
  }

  /** What was lost until now does not count: the processes were still starting. */
  void forgetLosses() {
    forgotten = dropped.get();
    longestWaitNanos = 0;
  }

  /** Frames submitted. */
  long frames() {
    return captured.get();
  }

  /** Frames lost since {@link #forgetLosses}. */
  long losses() {
    return dropped.get() - forgotten;
  }

  long longestWaitMicros() {
    return TimeUnit.NANOSECONDS.toMicros(longestWaitNanos);
  }

  /** What ended it before it was stopped; empty if nothing did. */
  String trouble() {
    return trouble;
  }

  /** Lets the frame under way be submitted, and captures no other. */
  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
