package dev.dmabroker.devices;

import dev.dmabroker.Attachment;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.spec.SyncFile;
import java.util.Optional;

/**
 * Memory that a device has until the loan is closed: a mapping, or what a mapping is part of, such
 * as a stream's frame. The device that is given a loan closes it, from any thread.
 */
public interface Loan extends AutoCloseable {

  /** {@return the memory that is lent; the right to it ends with the loan} */
  MappedMemory memory();

  /**
   * {@return the attachment by which the memory was mapped; empty if it is not known, or there is
   * none, as with a stream's frame} A device that keeps what it imported is told by it that the
   * buffer has moved.
   */
  default Optional<Attachment> attachment() {
    return Optional.empty();
  }

  /**
   * Ends the loan once the fence signals, as {@link Mapping#closeAfter} does and throws.
   *
   * @param fence whose descriptor passes on
   */
  void closeAfter(SyncFile fence);

  /** Ends the loan. A second call does nothing. */
  @Override
  void close();

  /**
   * {@return a loan of a mapping by itself}
   *
   * @param mapping the mapping, which the loan closes
   */
  static Loan of(Mapping mapping) {
    return new LoanOf(Optional.empty(), () -> mapping, mapping::closeAfter, mapping::close);
  }

  /**
   * {@return a loan of a mapping by itself, of which a device is told when the buffer has moved}
   *
   * @param attachment the attachment that made the mapping
   * @param mapping the mapping, which the loan closes
   */
  static Loan of(Attachment attachment, Mapping mapping) {
    return new LoanOf(Optional.of(attachment), () -> mapping, mapping::closeAfter, mapping::close);
  }

  /**
   * {@return a loan of a stream's frame that a device reads} To close the loan releases the frame.
   *
   * @param frame the frame
   */
  static Loan of(Frame frame) {
    return new LoanOf(Optional.empty(), frame::mapping, frame::closeAfter, frame::close);
  }

  /**
   * {@return a loan of a stream's frame that a device fills} To close the loan returns the frame
   * unused, unless it has been submitted; a fence submits it.
   *
   * @param frame the frame
   */
  static Loan of(EmptyFrame frame) {
    return new LoanOf(Optional.empty(), frame::mapping, frame::submitAfter, frame::close);
  }
}
