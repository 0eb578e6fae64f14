package dev.dmabroker.internal.layout;

import dev.dmabroker.spec.ColorSpace;
import java.util.Optional;

/**
 * What of an image does not depend on how it is stored.
 *
 * @param width in pixels
 * @param height in pixels
 * @param colorSpace the colour space, which every device has to take; empty if it does not matter
 */
public record Picture(int width, int height, Optional<ColorSpace> colorSpace) {}
