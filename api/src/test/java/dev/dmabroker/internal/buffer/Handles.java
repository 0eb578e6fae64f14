package dev.dmabroker.internal.buffer;

import dev.dmabroker.Attachment;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.AttachmentHandle;

/** Looks behind what users hold. */
public final class Handles {
  private Handles() {}

  public static ManagedBuffer of(SharedBuffer buffer) {
    return ((BufferHandle) buffer).buffer();
  }

  public static AttachedDevice of(Attachment attachment) {
    return ((AttachmentHandle) attachment).attached();
  }
}
