package dev.dmabroker.allocators.linux;

import java.util.OptionalLong;

/** Tells how much is left of a heap's memory. Thread-safe. */
interface Room {
  /**
   * The bytes that are left now, also if other programs have the rest; empty if the kernel does not
   * tell.
   */
  OptionalLong leftBytes();
}
