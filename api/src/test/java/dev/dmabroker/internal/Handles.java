package dev.dmabroker.internal;

import dev.dmabroker.Attachment;
import dev.dmabroker.SharedBuffer;

/** Looks behind what users hold. */
final class Handles {
  private Handles() {}

  static ManagedBuffer of(SharedBuffer buffer) {
    return ((BufferHandle) buffer).buffer();
  }

  static AttachedDevice of(Attachment attachment) {
    return ((AttachmentHandle) attachment).attached();
  }
}
