package dev.dmabroker.event;

import dev.dmabroker.spec.Access;
import java.util.Optional;

/**
 * Something used a buffer's memory against the rules of mappings and CPU views. Only a broker that
 * {@linkplain dev.dmabroker.BrokerBuilder#checkAccess checks access} finds that. Immutable. Not for
 * implementation outside the broker.
 */
public interface AccessViolation {

  /** {@return which rule was broken} */
  Kind kind();

  /** {@return the buffer's name} */
  String buffer();

  /** {@return the name of the device whose mapping it is} */
  String device();

  /** {@return the access that the mapping was made for} */
  Access declared();

  /** {@return the number of the buffer's place} */
  long generation();

  /** {@return what was found, and what would help, in words} */
  String found();

  /**
   * {@return the code before: the last at which all was well, the begin of what was left open or
   * was to get a fence, or the end of what was used after it; empty if that is not known}
   */
  Optional<Throwable> first();

  /** {@return the code that found it; empty if there was no room to note that} */
  Optional<Throwable> second();

  /** The rules of access that a broker can see broken. */
  enum Kind {
    /** A mapping was ended while a CPU view of it was open. */
    VIEW_LEFT_OPEN,
    /** A CPU view was asked for memory after its end; the call throws, too. */
    VIEW_USED_AFTER_END,
    /**
     * A mapping or a frame was ended without a fence, though its device {@linkplain
     * dev.dmabroker.DeviceSpec.Builder#explicitSync uses fences}. The broker does not know whether
     * the device was given work at all.
     */
    FENCE_MISSING,
    /**
     * A mapping or a frame was ended with a fence that had signalled before it began, so it is the
     * fence of other work. Seen only if the kernel tells when a fence signalled.
     */
    FENCE_STALE,
    /**
     * The contents changed while they were mapped for reading alone: native code wrote through a
     * view that reads, or a device wrote. Seen only if one of the bytes changed that are sampled.
     * If others read as well, it may have been one of them.
     */
    READER_WROTE,
    /**
     * The contents changed while nothing was mapped that writes: memory was written after the end
     * of its view, or a device went on after its mapping or frame had ended. Seen only if one of
     * the bytes changed that are sampled, when the buffer is used next. The device is the one that
     * looked last while all was well.
     */
    WRITE_OUTSIDE
  }
}
