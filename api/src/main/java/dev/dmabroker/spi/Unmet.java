package dev.dmabroker.spi;

import dev.dmabroker.spec.ConstraintField;

/**
 * A constraint that a heap does not meet.
 *
 * @param field the field of the constraint
 * @param reason what is asked and what the heap has
 */
public record Unmet(ConstraintField field, String reason) {}
