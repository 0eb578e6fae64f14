package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Mapping;
import dev.dmabroker.samples.lateattach.Chronicle.Stage;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Camera, viewer and, once it has attached, display: a thread each, and queues of frames between
 * them. A device has a buffer while a mapping is open: queueing is a map, dequeueing an unmap.
 */
final class Pipeline {
  private static final Duration PATIENCE = Duration.ofMillis(2);

  private final Camera camera;
  private final Display display;
  private final List<Frame> frames;
  private final Chronicle chronicle;
  private final BlockingQueue<Frame> free = new LinkedBlockingQueue<>();
  private final BlockingQueue<Frame> toView = new LinkedBlockingQueue<>();
  private final BlockingQueue<Frame> toShow = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private final AtomicLong captured = new AtomicLong();
  private final AtomicLong viewed = new AtomicLong();
  private final AtomicLong displayed = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong skipped = new AtomicLong();
  private final AtomicLong corrupt = new AtomicLong();
  private volatile boolean stopping;

  Pipeline(Camera camera, Display display, List<Frame> frames, Chronicle chronicle) {
    this.camera = camera;
    this.display = display;
    this.frames = frames;
    this.chronicle = chronicle;
    free.addAll(frames);
  }

  /** What a stage does until the pipeline stops. */
  private interface Work {
    void run() throws InterruptedException;
  }

  void start() {
    start("camera", this::runCamera);
    start("viewer", this::runViewer);
  }

  void startDisplay() {
    start("display", this::runDisplay);
  }

  private void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable t) {
                failure.compareAndSet(null, t);
                stopping = true;
              }
            },
            name);
    threads.add(thread);
    thread.start();
  }

  /** A buffer that the camera has asked for, and gets when it is not on the move. */
  private record Asked(Frame frame, CompletableFuture<Mapping> mapping) {}

  /** Queues what is free, dequeues what is filled; never waits for a buffer that is on the move. */
  private void runCamera() {
    List<Asked> asked = new ArrayList<>();
    int queued = 0;
    boolean started = false;
    try {
      while (!stopping) {
        for (Frame frame; (frame = free.poll()) != null; ) {
          asked.add(new Asked(frame, frame.camera().mapAsync(Access.OVERWRITE)));
        }
        for (Asked ready : asked.stream().filter(one -> one.mapping().isDone()).toList()) {
          asked.remove(ready);
          chronicle.begin(Stage.CAMERA, ready.frame().index());
          camera.queue(ready.frame().index(), ready.mapping().join());
          queued++;
        }
        if (!started && queued == frames.size()) {
          camera.start();
          started = true;
        }
        Optional<Camera.Captured> filled =
            started
                ? camera.dequeue(PATIENCE, one -> frames.get(one.index()).captured(one.sequence()))
                : Optional.empty();
        if (filled.isPresent()) {
          dropped.addAndGet(filled.get().dropped());
          skipped.addAndGet(filled.get().skipped());
          captured.incrementAndGet();
          chronicle.end(Stage.CAMERA, filled.get().index());
          toView.add(frames.get(filled.get().index()));
        }
      }
    } finally {
      camera.stop();
      for (Asked one : asked) {
        CompletableFuture<Void> unused = one.mapping().thenAccept(Mapping::close);
      }
    }
  }

  private void runViewer() throws InterruptedException {
    while (!stopping) {
      Frame frame = toView.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (frame == null) {
        continue;
      }
      chronicle.begin(Stage.VIEWER, frame.index());
      try (Mapping mapping = frame.viewer().map(Access.READ)) {
        check(frame, mapping, "viewer");
      }
      chronicle.end(Stage.VIEWER, frame.index());
      viewed.incrementAndGet();
      (frame.reachesDisplay() ? toShow : free).add(frame);
    }
  }

  private void runDisplay() throws InterruptedException {
    try {
      showFrames();
    } finally {
      display.stop();
    }
  }

  private void showFrames() throws InterruptedException {
    while (!stopping) {
      Frame frame = toShow.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (frame != null) {
        Mapping mapping = frame.display().map(Access.READ);
        check(frame, mapping, "display");
        chronicle.begin(Stage.DISPLAY, frame.index());
        display.show(frame.index(), mapping);
        displayed.incrementAndGet();
      }
      Optional<Integer> shown = display.shown();
      while (shown.isPresent()) {
        chronicle.end(Stage.DISPLAY, shown.get());
        free.add(frames.get(shown.get()));
        shown = display.shown();
      }
    }
  }

  private void check(Frame frame, Mapping mapping, String stage) {
    if (!frame.isIntact(mapping)) {
      corrupt.incrementAndGet();
      System.out.printf(
          "CORRUPT: frame %d in %s (%s, generation %d) at the %s%n",
          frame.sequence(), frame, mapping.heapName(), mapping.generation(), stage);
    }
  }

  /** Stops every stage: the devices give back what they have, and all mappings are closed. */
  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  boolean isStopping() {
    return stopping;
  }

  long captured() {
    return captured.get();
  }

  long viewed() {
    return viewed.get();
  }

  long displayed() {
    return displayed.get();
  }

  long dropped() {
    return dropped.get();
  }

  /** Numbers that the camera skipped by itself, less those that it gave twice. */
  long skipped() {
    return skipped.get();
  }

  long corrupt() {
    return corrupt.get();
  }
}
