package dev.dmabroker.gstreamer;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.FileId;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The memory of a sink's pool, adopted once: memory that comes again is known by its file. Memory
 * that has not come for long is let go when other memory comes. Thread-safe.
 */
final class AdoptedBuffers implements AutoCloseable {
  /** More than pools of GStreamer have. */
  private static final int MOST = 64;

  private final Broker broker;

  /** In the order of their last use. */
  private final Map<FileId, Adopted> adopted = new LinkedHashMap<>(16, 0.75f, true);

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
   * @throws IOException if the memory cannot be used
   */
  synchronized Adopted use(Fd memory, BufferSpec spec, Layout layout) throws IOException {
    if (closed) {
      throw new BadMessageException("the client is closed");
    }
    FileId file = file(memory);
    Adopted known = adopted.get(file);
    if (known != null
        && known.uses == 0
        && !(known.spec.equals(spec) && known.layout.equals(layout))) {
      drop(adopted.remove(file));
      known = null;
    }
    if (known == null) {
      known = adopt(memory, spec, layout);
      adopted.put(file, known);
      dropOldest();
    } else if (!known.layout.equals(layout)) {
      throw new BadMessageException("a memory came again while frames in it lie otherwise");
    }
    known.uses++;
    return known;
  }

  private static FileId file(Fd memory) throws IOException {
    try (Fd.Use use = memory.use()) {
      return FileId.of(use.number())
          .orElseThrow(() -> new BadMessageException("a descriptor has no file"));
    } catch (HeapException e) {
      throw new BadMessageException(String.valueOf(e.getMessage()));
    }
  }

  private Adopted adopt(Fd memory, BufferSpec spec, Layout layout) throws IOException {
    ForeignMemory foreign = ReceivedMemory.of(memory, layout.sizeBytes());
    try {
      return new Adopted(broker.adopt("gstreamer", spec, layout, foreign), spec, layout);
    } catch (BrokerException | IllegalArgumentException e) {
      throw new BadMessageException("memory cannot be adopted: " + e.getMessage());
    }
  }

  private void dropOldest() {
    Iterator<Adopted> each = adopted.values().iterator();
    while (adopted.size() > MOST && each.hasNext()) {
      Adopted oldest = each.next();
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
