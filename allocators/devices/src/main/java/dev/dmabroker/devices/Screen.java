package dev.dmabroker.devices;

import dev.dmabroker.spec.Layout;

/**
 * One display at one mode, as far as {@link KmsDisplay} uses it. An interface, so that tests can
 * play a driver. Every method but {@code close} may throw {@link DeviceException}. One thread at a
 * time adds and removes frames, and one at a time does the rest; the two need not be one.
 */
interface Screen extends AutoCloseable {

  /** A flip on its way. */
  interface Flip extends AutoCloseable {
    /** Waits until the new frame is on the screen, and the one before it no longer. */
    boolean await(long deadlineNanos);

    /** Has the loan of the frame before closed at that moment, if that can be arranged. */
    void closeThen(Loan loan);

    @Override
    void close();
  }

  /** Imports a frame; returns what it is called from now on. */
  int add(int dmaBuf, Layout layout);

  /** Forgets a frame, which must not be on the screen. */
  void remove(int frame);

  /** Switches the screen on with this frame; waits until it is. */
  void switchOn(int frame);

  /** Begins to change to this frame; no other change may be under way. */
  Flip flip(int frame);

  /** Switches the screen off, after any flip under way; waits until it is. */
  void switchOff();

  /** Closes the node; the kernel then removes every frame. */
  @Override
  void close();
}
