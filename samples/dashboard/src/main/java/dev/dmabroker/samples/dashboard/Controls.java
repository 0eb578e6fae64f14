package dev.dmabroker.samples.dashboard;

/** What the page may change, if it may change anything. Thread-safe. */
interface Controls {
  /** Whether the strict device is attached. */
  boolean isDisplayAttached();

  /** Attaches the strict device, unless it is attached. */
  void attachDisplay();

  /** Detaches it, if it is attached. */
  void detachDisplay();
}
