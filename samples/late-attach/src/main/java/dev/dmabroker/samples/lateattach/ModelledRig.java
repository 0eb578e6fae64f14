package dev.dmabroker.samples.lateattach;

import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Devices in software, each with a thread that stands for its hardware and keeps its clock. */
final class ModelledRig {
  /** The model's name, and those that kernels give the default CMA heap. */
  private static final Set<String> CONTIGUOUS =
      Set.of("modelled-cma", "reserved", "linux,cma", "default-pool", "default_cma_region");

  private ModelledRig() {}

  static Rig open(Options options) {
    ImageSpec image = options.image();
    double rate = options.rate.orElse(60);
    return new Rig(
        new ModelledCamera(rate),
        new ModelledDisplay(rate),
        image,
        rate,
        "modelled",
        "modelled camera (any memory) and display (contiguous, 32 address bits)");
  }

  /** A buffer that hardware has. */
  private record Queued(int index, Mapping mapping) {}

  /** Something that happens at a fixed rate, however late the thread comes. */
  private abstract static class Hardware {
    private final Thread thread;
    private final long periodNanos;
    private volatile boolean stopped;

    Hardware(String name, double rate) {
      periodNanos = (long) (1e9 / rate);
      thread = new Thread(this::run, name);
      thread.setDaemon(true);
    }

    final void begin() {
      thread.start();
    }

    private void run() {
      long next = System.nanoTime() + periodNanos;
      while (!stopped) {
        long wait = next - System.nanoTime();
        if (wait > 0) {
          LockSupport.parkNanos(wait);
        } else {
          tick();
          next += periodNanos;
        }
      }
    }

    abstract void tick();

    final void end() {
      stopped = true;
      LockSupport.unpark(thread);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void unmapAll(BlockingQueue<Queued> queue) {
    for (Queued each; (each = queue.poll()) != null; ) {
      each.mapping().close();
    }
  }

  private static final class ModelledCamera extends Hardware implements Camera {
    private final BlockingQueue<Queued> queued = new LinkedBlockingQueue<>();
    private final BlockingQueue<Filled> filled = new LinkedBlockingQueue<>();
    private long sequence;
    private long dropped;

    /** A buffer that is back from the hardware, and still mapped. */
    private record Filled(Captured frame, Mapping mapping) {}

    ModelledCamera(double rate) {
      super("camera-hardware", rate);
    }

    @Override
    public Constraints constraints() {
      return Constraints.builder().cpuReach().build();
    }

    @Override
    public void queue(int index, Mapping mapping) {
      queued.add(new Queued(index, mapping));
    }

    @Override
    public void start() {
      begin();
    }

    @Override
    void tick() {
      long frame = sequence++;
      Queued next = queued.poll();
      if (next == null) {
        dropped++; // As in a camera.
        return;
      }
      fill(next.mapping(), frame);
      filled.add(new Filled(new Captured(next.index(), frame, dropped, 0), next.mapping()));
      dropped = 0;
    }

    /** A pattern that differs from frame to frame and from place to place. */
    private static void fill(Mapping mapping, long frame) {
      try (CpuView view = mapping.cpuView()) {
        ByteBuffer bytes = view.bytes();
        long value = frame * 0x9e3779b97f4a7c15L;
        for (int i = 0; i + Long.BYTES <= bytes.capacity(); i += Long.BYTES) {
          bytes.putLong(i, value + i);
        }
      }
    }

    @Override
    public Optional<Captured> dequeue(Duration timeout, Consumer<Captured> beforeUnmap) {
      Filled next;
      try {
        next = filled.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
      if (next == null) {
        return Optional.empty();
      }
      try (Mapping mapping = next.mapping()) {
        beforeUnmap.accept(next.frame());
      }
      return Optional.of(next.frame());
    }

    @Override
    public void stop() {
      end();
      unmapAll(queued);
      filled.forEach(each -> each.mapping().close());
      filled.clear();
    }

    @Override
    public void close() {
      end();
    }
  }

  private static final class ModelledDisplay extends Hardware implements Display {
    private final BlockingQueue<Queued> queued = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> shown = new LinkedBlockingQueue<>();

    ModelledDisplay(double rate) {
      super("display-hardware", rate);
      begin();
    }

    @Override
    public Constraints constraints() {
      return Constraints.builder().cpuReach().contiguous().addressBits(32).build();
    }

    @Override
    public Optional<String> refusal(int index, Mapping mapping) {
      try (mapping) {
        return refusal(mapping);
      }
    }

    /** The model of a device that would find several chunks in the memory's list. */
    private static Optional<String> refusal(Mapping mapping) {
      return CONTIGUOUS.contains(mapping.heapName())
          ? Optional.empty()
          : Optional.of("the modelled display takes contiguous memory only");
    }

    @Override
    public void show(int index, Mapping mapping) {
      Optional<String> refusal = refusal(mapping);
      if (refusal.isPresent()) {
        mapping.close();
        throw new IllegalStateException("frame-" + index + ": " + refusal.get());
      }
      queued.add(new Queued(index, mapping));
    }

    /** Scans out the first in the queue until there is another to scan out. */
    @Override
    void tick() {
      if (queued.size() > 1) {
        Queued past = queued.remove();
        past.mapping().close();
        shown.add(past.index());
      }
    }

    @Override
    public Optional<Integer> shown() {
      return Optional.ofNullable(shown.poll());
    }

    @Override
    public void stop() {
      end();
      unmapAll(queued);
    }

    @Override
    public void close() {
      end();
    }
  }
}
