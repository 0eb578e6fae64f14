/** What one broker lends to each of its parts. Start with {@code Services}. */
@NullMarked
package dev.dmabroker.internal.services;

import org.jspecify.annotations.NullMarked;
