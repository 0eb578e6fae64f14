package dev.dmabroker.samples.pipeline;

import dev.dmabroker.CpuView;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ConstraintsBuilder;
import dev.dmabroker.spec.ImageSize;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * Devices in software, for a machine without: the camera keeps a clock, the others work when they
 * are asked for what they have made, and the display keeps each frame until the next one comes.
 */
final class ModelledRig implements Rig {
  private static final ImageSize SIZE = ImageSize.of(320, 180);
  private static final int FRAMES_PER_SECOND = 60;
  private final int buffers;

  ModelledRig() {
    this(3);
  }

  /** Whose devices take so many frames at a time. */
  ModelledRig(int buffers) {
    this.buffers = buffers;
  }

  @Override
  public String kind() {
    return "modelled";
  }

  @Override
  public String description() {
    return "modelled camera, converter and encoder (any memory) and display (contiguous, 32 address"
        + " bits)";
  }

  @Override
  public ImageSize size() {
    return SIZE;
  }

  @Override
  public int codedBytes() {
    return ModelledCodec.mostBytes((int) converted().layout().sizeBytes());
  }

  @Override
  public Constraints reach(Kind kind) {
    ConstraintsBuilder constraints = Constraints.builder().cpuReach();
    return kind == Kind.DISPLAY
        ? constraints.contiguous().addressBits(32).build()
        : constraints.build();
  }

  @Override
  public Device<Filler> camera() {
    Camera camera = new Camera(buffers);
    return new Device<>(camera, camera::stop);
  }

  @Override
  public Transform converter() {
    return new Work("the modelled converter", ModelledCodec::toYuyv, buffers);
  }

  @Override
  public Transform encoder() {
    return new Work("the modelled encoder", ModelledCodec::encode, buffers);
  }

  @Override
  public Transform decoder() {
    return new Work("the modelled decoder", ModelledCodec::decode, buffers);
  }

  @Override
  public Device<Reader> display() {
    Display display = new Display(buffers);
    return new Device<>(display, display::stop);
  }

  /** What a transform does: reads one frame, fills another, and says how many bytes. */
  private interface Function {
    int apply(ByteBuffer source, ByteBuffer result);
  }

  private static final class Camera implements Filler {
    private final int buffers;
    private final Deque<EmptyFrame> queued = new ArrayDeque<>();
    private long number;
    private long nextNanos;

    Camera(int buffers) {
      this.buffers = buffers;
    }

    @Override
    public int room() {
      return buffers - queued.size();
    }

    @Override
    public int count() {
      return queued.size();
    }

    @Override
    public void queue(EmptyFrame frame) {
      queued.add(frame);
    }

    @Override
    public void start() {
      nextNanos = System.nanoTime();
    }

    @Override
    public boolean dequeue(Duration timeout, BiConsumer<EmptyFrame, Label> then) {
      long deadline = System.nanoTime() + timeout.toNanos();
      while (System.nanoTime() - nextNanos < 0) {
        if (System.nanoTime() - deadline >= 0) {
          return false;
        }
        LockSupport.parkNanos(Math.min(nextNanos, deadline) - System.nanoTime());
      }
      EmptyFrame frame = queued.poll();
      if (frame == null) {
        return false;
      }
      nextNanos += 1_000_000_000L / FRAMES_PER_SECOND;
      try (frame) {
        int bytes;
        try (CpuView view = frame.mapping().cpuView()) {
          bytes = ModelledCodec.picture(number, SIZE.width(), SIZE.height(), view.bytes());
        }
        then.accept(frame, new Label(number++, bytes));
      }
      return true;
    }

    @Override
    public void stop() {
      queued.forEach(EmptyFrame::close);
      queued.clear();
    }
  }

  private static final class Display implements Reader {
    private final int buffers;
    private final Deque<Frame> queued = new ArrayDeque<>();

    Display(int buffers) {
      this.buffers = buffers;
    }

    @Override
    public int room() {
      return buffers - queued.size();
    }

    @Override
    public void queue(Frame frame, Label label) {
      queued.add(frame);
    }

    @Override
    public void start() {}

    @Override
    public void dequeue(Duration timeout) {
      while (queued.size() > 1) {
        queued.remove().close();
      }
    }

    @Override
    public void stop() {
      queued.forEach(Frame::close);
      queued.clear();
    }
  }

  private static final class Work implements Transform, Reader, Filler {
    private final String name;
    private final Function function;
    private final int buffers;
    private final Deque<Frame> sources = new ArrayDeque<>();
    private final Deque<Label> labels = new ArrayDeque<>();
    private final Deque<EmptyFrame> results = new ArrayDeque<>();

    Work(String name, Function function, int buffers) {
      this.name = name;
      this.function = function;
      this.buffers = buffers;
    }

    @Override
    public Reader source() {
      return this;
    }

    @Override
    public Filler result() {
      return new Results(this);
    }

    @Override
    public int room() {
      return buffers - sources.size();
    }

    @Override
    public int count() {
      return results.size();
    }

    @Override
    public void queue(Frame frame, Label label) {
      sources.add(frame);
      labels.add(label);
    }

    @Override
    public void queue(EmptyFrame frame) {
      results.add(frame);
    }

    @Override
    public void start() {}

    @Override
    public void dequeue(Duration timeout) {} // A source is released when its result is made.

    @Override
    public boolean dequeue(Duration timeout, BiConsumer<EmptyFrame, Label> then) {
      if (sources.isEmpty() || results.isEmpty()) {
        return false;
      }
      Label label = labels.remove();
      try (EmptyFrame result = results.remove()) {
        int bytes;
        try (Frame source = sources.remove();
            CpuView from = source.mapping().cpuView();
            CpuView to = result.mapping().cpuView()) {
          bytes = function.apply(from.bytes(0, label.bytes()), to.bytes());
        }
        then.accept(result, new Label(label.number(), bytes));
      }
      return true;
    }

    @Override
    public void drain() {}

    @Override
    public void stop() {
      sources.forEach(Frame::close);
      sources.clear();
      labels.clear();
      results.forEach(EmptyFrame::close);
      results.clear();
    }

    @Override
    public void close() {
      stop();
    }

    @Override
    public String toString() {
      return name;
    }

    /** The other side. */
    private record Results(Work work) implements Filler {
      @Override
      public int room() {
        return work.buffers - work.results.size();
      }

      @Override
      public int count() {
        return work.count();
      }

      @Override
      public void queue(EmptyFrame frame) {
        work.queue(frame);
      }

      @Override
      public void start() {}

      @Override
      public boolean dequeue(Duration timeout, BiConsumer<EmptyFrame, Label> then) {
        return work.dequeue(timeout, then);
      }

      @Override
      public void stop() {
        work.stop();
      }
    }
  }
}
