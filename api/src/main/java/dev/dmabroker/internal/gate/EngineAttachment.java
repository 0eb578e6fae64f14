package dev.dmabroker.internal.gate;

import dev.dmabroker.Attachment;

/** An attachment that the engine made, whatever stands before it. */
public interface EngineAttachment extends Attachment {
  /** The device at the buffer, for code that maps in ways that applications have not. */
  AttachedDevice attached();
}
