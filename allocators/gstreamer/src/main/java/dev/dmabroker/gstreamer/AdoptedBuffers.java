package dev.dmabroker.gstreamer;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.Device;
import dev.dmabroker.DuplicateMemoryException;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.FileId;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The memory of a pipeline's pool, adopted once: memory that comes again is known by its file.
 * Memory that has not come for long is let go when other memory comes. Thread-safe.
 */
final class AdoptedBuffers implements AutoCloseable {
  /** More than pools of GStreamer have. */
  private static final int MOST = 64;

  /** Memory that has not come with so many frames is of a pool that is gone, or has moved. */
  private static final int MOST_FRAMES_IDLE = 4 * MOST;

  private final Broker broker;

  /** In the order of their last use. */
  private final Map<FileId, Adopted> adopted = new LinkedHashMap<>(16, 0.75f, true);

  private long frames;
  private boolean closed;

  AdoptedBuffers(Broker broker) {
    this.broker = broker;
  }

  /** One buffer, and the devices that have been attached to it. */
  static final class Adopted {
    private final SharedBuffer buffer;
    private final BufferSpec spec;
    private final Layout layout;
    private final Map<Device, Attachment> attachments = new HashMap<>();
    private int uses;
    private long lastFrame;
    private boolean dropped;

    private Adopted(SharedBuffer buffer, BufferSpec spec, Layout layout) {
      this.buffer = buffer;
      this.spec = spec;
      this.layout = layout;
    }

    /**
     * The device's attachment.
     *
     * @throws BrokerException if the memory does not suit the device
     */
    synchronized Attachment attachment(Device device) {
      return attachments.computeIfAbsent(device, buffer::attach);
    }

    private synchronized void close() {
      attachments.values().forEach(Attachment::close);
      buffer.close();
    }
  }

  /**
   * The buffer for memory that has come.
   *
   * @return has to be given back by {@link #done}
   * @throws BufferRefusedException if the memory cannot be used
   */
  synchronized Adopted use(int fd, BufferSpec spec, Layout layout) {
    if (closed) {
      throw new BufferRefusedException("no buffer is adopted any more");
    }
    FileId file = file(fd);
    Adopted known = adopted.get(file);
    if (known != null
        && known.uses == 0
        && !(known.spec.equals(spec) && known.layout.equals(layout))) {
      drop(adopted.remove(file));
      known = null;
    }
    if (known == null) {
      known = adopt(fd, spec, layout);
      adopted.put(file, known);
    } else if (!known.layout.equals(layout)) {
      throw new BufferRefusedException("a memory came again while frames in it lie otherwise");
    }
    known.uses++;
    known.lastFrame = ++frames;
    dropOldest();
    return known;
  }

  private static FileId file(int fd) {
    return FileId.of(fd)
        .orElseThrow(
            () ->
                new BufferRefusedException(
                    "descriptor "
                        + fd
                        + " is not open; it has to be until the buffer has been offered"));
  }

  private Adopted adopt(int fd, BufferSpec spec, Layout layout) {
    ForeignMemory foreign = ReceivedMemory.of(fd, layout.sizeBytes());
    try {
      return new Adopted(broker.adopt("gstreamer", spec, layout, foreign), spec, layout);
    } catch (DuplicateMemoryException e) {
      throw new BufferRefusedException(
          "the memory is that of "
              + e.buffer()
              + ", a buffer of this broker, which passed through the pipeline; its frames can be"
              + " had from their stream, or be adopted by another broker",
          e);
    } catch (BrokerException | IllegalArgumentException e) {
      throw new BufferRefusedException("memory cannot be adopted: " + e.getMessage(), e);
    }
  }

  private void dropOldest() {
    Iterator<Adopted> each = adopted.values().iterator();
    while (each.hasNext()) {
      Adopted oldest = each.next();
      if (adopted.size() <= MOST && frames - oldest.lastFrame <= MOST_FRAMES_IDLE) {
        return;
      }
      if (oldest.uses == 0) {
        each.remove();
        drop(oldest);
      }
    }
  }

  private static void drop(Adopted its) {
    its.dropped = true;
    if (its.uses == 0) {
      its.close();
    }
  }

  /** Ends a use. */
  synchronized void done(Adopted its) {
    its.uses--;
    if (its.dropped && its.uses == 0) {
      its.close();
    }
  }

  /** Lets go of all; what is in use when its last use ends. */
  @Override
  public synchronized void close() {
    closed = true;
    adopted.values().forEach(AdoptedBuffers::drop);
    adopted.clear();
  }
}
