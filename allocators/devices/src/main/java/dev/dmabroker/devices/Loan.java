package dev.dmabroker.devices;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.spec.SyncFile;

/**
 * Memory that a device has until the loan is closed: a mapping, or what a mapping is part of, such
 * as a stream's frame. The device that is given a loan closes it, from any thread.
 */
public interface Loan extends AutoCloseable {

  /** {@return the memory that is lent; the right to it ends with the loan} */
  MappedMemory memory();

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
    return new LoanOf(() -> mapping, mapping::closeAfter, mapping::close);
  }

  /**
   * {@return a loan of a stream's frame that a device reads} To close the loan releases the frame.
   *
   * @param frame the frame
   */
  static Loan of(Frame frame) {
    return new LoanOf(frame::mapping, frame::closeAfter, frame::close);
  }

  /**
   * {@return a loan of a stream's frame that a device fills} To close the loan returns the frame
   * unused, unless it has been submitted; a fence submits it.
   *
   * @param frame the frame
   */
  static Loan of(EmptyFrame frame) {
    return new LoanOf(frame::mapping, frame::submitAfter, frame::close);
  }
}
