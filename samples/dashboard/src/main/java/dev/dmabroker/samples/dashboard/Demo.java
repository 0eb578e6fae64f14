package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Something to look at: a modelled camera writes frames and an encoder reads them, and a display
 * that takes contiguous memory only comes and goes. While it is there, a scaler that takes another
 * heap only asks in vain.
 */
final class Demo implements Controls, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Demo.class.getName());
  private static final ImageSpec IMAGE = ImageSpec.of(1920, 1080, PixelFormat.NV12);
  private static final Duration HOLD = Duration.ofMillis(500);
  private static final String SYSTEM = "modelled-system";
  private static final int CMA_BYTES = 32 << 20;

  private final Broker broker;
  private final long periodNanos;
  private final List<DemoBuffer> frames = new ArrayList<>();
  private final BlockingQueue<DemoBuffer> free = new LinkedBlockingQueue<>();
  private final BlockingQueue<DemoBuffer> toEncode = new LinkedBlockingQueue<>();
  private final BlockingQueue<DemoBuffer> toShow = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  /** Guarded by this. */
  private @Nullable Device display;

  /** A stage's work on one frame; says where the frame goes next. */
  private interface Work {
    BlockingQueue<DemoBuffer> on(DemoBuffer frame);
  }

  /** Starts the camera and the encoder. */
  Demo(Broker broker, int buffers, int framesPerSecond) {
    this.broker = broker;
    this.periodNanos = TimeUnit.SECONDS.toNanos(1) / framesPerSecond;
    Device camera =
        broker.register(
            device("camera", Access.OVERWRITE, Constraints.builder().cpuReach().build()));
    Device encoder = broker.register(device("encoder", Access.READ, Constraints.none()));
    for (SharedBuffer buffer : broker.exportSet("frame", IMAGE, buffers)) {
      frames.add(new DemoBuffer(buffer, camera, encoder));
    }
    free.addAll(frames);
    start("camera", free, this::capture);
    start("encoder", toEncode, this::encode);
    start("display", toShow, this::show);
  }

  /** The heaps of the demo: scattered memory without a limit, and a little that is contiguous. */
  static List<ModelledHeap> heaps() {
    return List.of(
        ModelledHeap.builder(SYSTEM).build(),
        ModelledHeap.builder("modelled-cma")
            .contiguous(true)
            .addressBits(32)
            .capacityBytes(CMA_BYTES)
            .build());
  }

  private static DeviceSpec device(String name, Access access, Constraints constraints) {
    return DeviceSpec.builder(name)
        .access(access)
        .constraints(constraints)
        .longestHold(HOLD)
        .build();
  }

  private void start(String name, BlockingQueue<DemoBuffer> queue, Work work) {
    Thread thread = new Thread(() -> run(queue, work), name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void run(BlockingQueue<DemoBuffer> queue, Work work) {
    long due = System.nanoTime();
    while (!stopping) {
      try {
        DemoBuffer frame = queue.poll(periodNanos, TimeUnit.NANOSECONDS);
        if (frame != null) {
          work.on(frame).add(frame);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      due = Math.max(due + periodNanos, System.nanoTime() - periodNanos);
      pauseUntil(due);
    }
  }

  // ---- The stages ----

  private BlockingQueue<DemoBuffer> capture(DemoBuffer frame) {
    frame.recycle();
    return use(frame.camera(), Access.OVERWRITE, periodNanos / 3) ? toEncode : free;
  }

  private BlockingQueue<DemoBuffer> encode(DemoBuffer frame) {
    use(frame.encoder(), Access.READ, periodNanos / 2);
    return frame.display() != null ? toShow : free;
  }

  private BlockingQueue<DemoBuffer> show(DemoBuffer frame) {
    Attachment attachment = frame.display();
    if (attachment != null) {
      use(attachment, Access.READ, periodNanos * 3 / 4);
    }
    return free;
  }

  /** Touches the first page and holds the mapping for as long as the device works. */
  private boolean use(Attachment attachment, Access access, long nanos) {
    try (Mapping mapping = attachment.map(access)) {
      if (access == Access.OVERWRITE) {
        try (CpuView view = mapping.cpuView()) {
          view.bytes().putLong(0, System.nanoTime());
        }
      }
      pauseUntil(System.nanoTime() + nanos);
      return true;
    } catch (ClosedException e) {
      return false; // Detached, or the demo ends.
    } catch (BrokerException e) {
      LOG.log(System.Logger.Level.WARNING, attachment.device().name() + " lost a frame", e);
      return false;
    }
  }

  private void pauseUntil(long nanos) {
    for (long left; !stopping && (left = nanos - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }

  // ---- The strict device ----

  @Override
  public synchronized boolean isDisplayAttached() {
    return display != null;
  }

  @Override
  public synchronized void attachDisplay() {
    if (display == null && !stopping) {
      Device device =
          broker.register(
              device(
                  "display",
                  Access.READ,
                  Constraints.builder().contiguous().addressBits(32).build()));
      display = device;
      frames.forEach(frame -> frame.attachDisplay(device));
      askInVain();
    }
  }

  @Override
  public synchronized void detachDisplay() {
    if (display != null) {
      frames.forEach(DemoBuffer::detachDisplay);
      display.close();
      display = null;
    }
  }

  /** A device that cannot be had together with the display. */
  private void askInVain() {
    SharedBuffer buffer = frames.get(0).buffer();
    Constraints constraints = Constraints.builder().permittedHeaps(SYSTEM).build();
    try (Device scaler = broker.register(device("scaler", Access.READ_WRITE, constraints));
        Attachment attachment = buffer.attach(scaler)) {
      LOG.log(System.Logger.Level.WARNING, attachment.device().name() + " was not refused");
    } catch (UnsatisfiableException e) {
      LOG.log(System.Logger.Level.DEBUG, "as it should be", e);
    }
  }

  @Override
  public void close() {
    stopping = true;
    threads.forEach(LockSupport::unpark);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    detachDisplay();
    frames.forEach(DemoBuffer::close);
  }
}
