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

  /** {@return where the violation can have begun at the earliest; empty if no room was left} */
  Optional<Throwable> first();

  /** {@return where it was found; empty if no room was left to note that} */
  Optional<Throwable> second();

  /** The rules of access that a broker can see broken. */
  enum Kind {
    /** A mapping was closed while a CPU view of it was open. */
    VIEW_LEFT_OPEN,
    /**
     * A mapping was closed without a fence, though its device {@linkplain
     * dev.dmabroker.DeviceSpec.Builder#explicitSync uses fences}.
     */
    FENCE_MISSING,
    /**
     * The contents changed while they were mapped for reading alone: native code wrote through a
     * view that reads, or the device wrote. Seen only if it changed one of the bytes that are
     * sampled.
     */
    READER_WROTE,
    /**
     * The contents changed while no mapping and no view that writes was open: a ByteBuffer was
     * written after the end of its view, or a device went on after its mapping had ended. Seen only
     * if it changed one of the bytes that are sampled, when the buffer is mapped next. The device
     * is the one that looked last while all was well.
     */
    WRITE_OUTSIDE
  }
}
