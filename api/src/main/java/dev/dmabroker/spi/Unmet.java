package dev.dmabroker.spi;

import dev.dmabroker.spec.ConstraintField;

/**
 * A constraint that is not met.
 *
 * @param field which
 * @param reason what is asked and what there is
 */
public record Unmet(ConstraintField field, String reason) {}
