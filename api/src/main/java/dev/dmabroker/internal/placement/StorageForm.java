package dev.dmabroker.internal.placement;

import dev.dmabroker.spec.Modifier;
import dev.dmabroker.spec.PixelFormat;

/**
 * Describes a way to store an image.
 *
 * @param format how pixels are stored
 * @param modifier how lines are stored
 * @param penalty what it costs to fall back to this format
 */
record StorageForm(PixelFormat format, Modifier modifier, long penalty) {
  /** The cost of one step down a list of formats, or of a device's alternatives. */
  static final long STEP = 100;
}
