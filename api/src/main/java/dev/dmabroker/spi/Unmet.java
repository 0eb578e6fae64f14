package dev.dmabroker.spi;

import dev.dmabroker.Field;

/**
 * A constraint that is not met.
 *
 * @param field which
 * @param reason what is asked and what there is
 */
public record Unmet(Field field, String reason) {}
