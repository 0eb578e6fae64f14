package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.samples.common.FrameChecksum;
import dev.dmabroker.spec.Access;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One of the pipeline's buffers with its attachments. One stage has it at a time, and hands it on
 * through a queue, which orders what it wrote here.
 */
final class Frame {
  private final int index;
  private final SharedBuffer buffer;
  private final Attachment camera;
  private final Attachment viewer;
  private volatile @Nullable Attachment display;
  private volatile boolean reachesDisplay;
  private long sequence;
  private long checksum;

  Frame(int index, SharedBuffer buffer, Device camera, Device viewer) {
    this.index = index;
    this.buffer = buffer;
    this.camera = buffer.attach(camera);
    this.viewer = buffer.attach(viewer);
  }

  int index() {
    return index;
  }

  SharedBuffer buffer() {
    return buffer;
  }

  Attachment camera() {
    return camera;
  }

  Attachment viewer() {
    return viewer;
  }

  /** The display, once it has attached. */
  Attachment display() {
    return Objects.requireNonNull(display, "the display has not attached");
  }

  /**
   * Attaches the display. It shows the buffer's frames from when the buffer has come to a place
   * that it reaches; until then the others use the buffer where it is.
   */
  CompletableFuture<Void> attachDisplay(Device device) {
    Attachment attachment = buffer.attach(device);
    display = attachment;
    return attachment
        .mapAsync(Access.READ)
        .thenAccept(
            mapping -> {
              mapping.close();
              reachesDisplay = true;
            });
  }

  boolean reachesDisplay() {
    return reachesDisplay;
  }

  long sequence() {
    return sequence;
  }

  /** Writes down what the camera delivered, while its mapping still keeps the buffer in place. */
  void captured(long sequence) {
    this.sequence = sequence;
    try (Mapping reading = camera.map(Access.READ)) {
      checksum = checksum(reading);
    }
  }

  /** Whether the contents are still those that the camera delivered. */
  boolean isIntact(Mapping mapping) {
    return checksum(mapping) == checksum;
  }

  private static long checksum(Mapping mapping) {
    try (CpuView view = mapping.cpuView()) {
      return FrameChecksum.of(view.bytes(0, Math.toIntExact(mapping.layout().sizeBytes())));
    }
  }

  /** Detaches everybody and gives the memory back. */
  void close() {
    camera.close();
    viewer.close();
    Attachment shown = display;
    if (shown != null) {
      shown.close();
    }
    buffer.close();
  }

  @Override
  public String toString() {
    return buffer.name();
  }
}
