/** Lends to each part of one broker what all parts use. Start with {@code Services}. */
@NullMarked
package dev.dmabroker.internal.services;

import org.jspecify.annotations.NullMarked;
