package dev.dmabroker.samples.lateattach;

import dev.dmabroker.spec.ImageSpec;

/**
 * The devices of a run.
 *
 * @param camera fills frames
 * @param display attaches halfway
 * @param image what a frame is
 * @param rate frames a second
 * @param kind {@code real} or {@code modelled}
 * @param description for a person to read
 */
record Rig(
    Camera camera, Display display, ImageSpec image, double rate, String kind, String description)
    implements AutoCloseable {

  /** Opens the devices that the options ask for. */
  static Rig open(Options options) {
    return options
        .devices
        .open(() -> VividRig.open(options), () -> ModelledRig.open(options))
        .orElseThrow(() -> new IllegalStateException(Vivid.MISSING));
  }

  @Override
  public void close() {
    camera.close();
    display.close();
  }
}
