package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One of the demo's buffers with its attachments. One stage has it at a time. */
final class DemoBuffer {
  private final SharedBuffer buffer;
  private final Attachment camera;
  private final Attachment encoder;
  private volatile @Nullable Attachment display;
  private volatile boolean reachesDisplay;
  private volatile boolean leaves;

  DemoBuffer(SharedBuffer buffer, Device camera, Device encoder) {
    this.buffer = buffer;
    this.camera = buffer.attach(camera);
    this.encoder = buffer.attach(encoder);
  }

  SharedBuffer buffer() {
    return buffer;
  }

  Attachment camera() {
    return camera;
  }

  Attachment encoder() {
    return encoder;
  }

  /** The display, as long as it is attached and the buffer lies where it reaches it; else null. */
  @Nullable Attachment display() {
    return reachesDisplay ? display : null;
  }

  /** Attaches the display; until the buffer has come to where it reaches it, the others go on. */
  void attachDisplay(Device device) {
    Attachment attachment = buffer.attach(device);
    leaves = false;
    display = attachment;
    CompletableFuture<Void> unused =
        attachment
            .mapAsync(Access.READ)
            .thenAccept(
                mapping -> {
                  mapping.close();
                  reachesDisplay = display == attachment;
                });
  }

  /** Detaches the display. What is left of its mapping stays until the display is done with it. */
  void detachDisplay() {
    Attachment attachment = display;
    reachesDisplay = false;
    display = null;
    if (attachment != null) {
      attachment.close();
      leaves = true;
    }
  }

  /**
   * Called between two frames, when the contents are dead: gives back the scarce memory that no
   * device needs any more, so that the next map is placed anew.
   */
  void recycle() {
    if (leaves && buffer.tryEvacuate()) { // Otherwise the next round does it.
      leaves = false;
    }
  }

  /** Detaches everybody and gives the memory back. */
  void close() {
    detachDisplay();
    camera.close();
    encoder.close();
    buffer.close();
  }
}
