package dev.dmabroker.samples.devices;

import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.Mapping;
import dev.dmabroker.spec.SyncFile;

/**
 * Memory that a device has until the loan is closed: a mapping, or what a mapping is part of, such
 * as a stream's frame. Whoever is given a loan closes it.
 */
public interface Loan extends AutoCloseable {

  /** The device's right to the memory; ended by way of the loan. */
  Mapping mapping();

  /**
   * Ends the loan once the fence signals, as {@link Mapping#closeAfter} does and throws.
   *
   * @param fence whose descriptor passes on
   */
  void closeAfter(SyncFile fence);

  /** Ends the loan. A second call does nothing. */
  @Override
  void close();

  /** A mapping by itself. */
  static Loan of(Mapping mapping) {
    return new Loan() {
      @Override
      public Mapping mapping() {
        return mapping;
      }

      @Override
      public void closeAfter(SyncFile fence) {
        mapping.closeAfter(fence);
      }

      @Override
      public void close() {
        mapping.close();
      }
    };
  }

  /** A stream's frame that a device reads: closing releases it. */
  static Loan of(Frame frame) {
    return new Loan() {
      @Override
      public Mapping mapping() {
        return frame.mapping();
      }

      @Override
      public void closeAfter(SyncFile fence) {
        frame.closeAfter(fence);
      }

      @Override
      public void close() {
        frame.close();
      }
    };
  }

  /**
   * A stream's frame that a device fills: closing returns it unused, unless it has been submitted;
   * a fence submits it.
   */
  static Loan of(EmptyFrame frame) {
    return new Loan() {
      @Override
      public Mapping mapping() {
        return frame.mapping();
      }

      @Override
      public void closeAfter(SyncFile fence) {
        frame.submitAfter(fence);
      }

      @Override
      public void close() {
        frame.close();
      }
    };
  }
}
