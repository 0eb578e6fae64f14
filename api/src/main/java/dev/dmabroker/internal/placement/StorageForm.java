package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;

/**
 * A way to store a picture.
 *
 * @param format how pixels are stored
 * @param modifier how lines are stored
 * @param penalty what it costs to fall back to this format
 */
record StorageForm(PixelFormat format, Modifier modifier, long penalty) {
  /** What one step down a list costs, be it of formats or of a device's alternatives. */
  static final long STEP = 100;
}
