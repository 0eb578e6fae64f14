package dev.dmabroker.internal.layout;

import dev.dmabroker.spec.ColorSpace;
import java.util.Optional;

/**
 * Describes an image as far as that does not depend on how the image is stored.
 *
 * @param width the width in pixels
 * @param height the height in pixels
 * @param colorSpace the colour space, which every device has to take; empty if it does not matter
 */
public record Picture(int width, int height, Optional<ColorSpace> colorSpace) {}
