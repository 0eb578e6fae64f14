package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.runtime.Exceptions;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a buffer refuses because waiting would not help. All methods run under the buffer's lock.
 */
final class Refusals {
  private Refusals() {}

  /** The reason why waiting would not help the request; null if it may help. */
  static @Nullable BrokerException of(Request<?> request) {
    BufferLife life = request.life;
    if (!life.isResident()) {
      return null;
    }
    AttachedDevice attachment = request.attachment();
    if (attachment != null && attachment.isLeftOut()) {
      return LeavingOut.refusal(life, attachment);
    }
    return life.isPinned() ? life.report().pinned(request.describe()) : null;
  }

  /**
   * Refuses a call that needs a buffer which is not closed.
   *
   * @param intent makes the words for what is refused
   * @throws dev.dmabroker.ClosedException if the buffer or the broker is closed
   */
  static void checkReference(BufferLife life, Supplier<String> intent) {
    if (life.referenceClosed || life.brokerClosed || life.state() == State.RELEASED) {
      throw Exceptions.closed(
          "cannot "
              + intent.get()
              + ": "
              + (life.brokerClosed ? "the broker" : "the buffer")
              + " is closed");
    }
  }

  /**
   * Refuses a call that needs an attachment which is not closed.
   *
   * @throws dev.dmabroker.ClosedException if the attachment or the broker is closed
   */
  static void checkUsable(BufferLife life, AttachedDevice attachment, String verb) {
    if (life.brokerClosed || life.state() == State.RELEASED || attachment.isDetached()) {
      throw Exceptions.closed(
          "cannot "
              + verb
              + " "
              + life.name
              + " for "
              + attachment.device().name()
              + ": "
              + (attachment.isDetached() ? "the attachment" : "the broker")
              + " is closed");
    }
  }
}
