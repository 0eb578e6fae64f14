/**
 * Computes how an image lies in memory: strides, planes and sizes follow from a format and the
 * rules that devices give. Start with {@code Rules}, then read {@code ImageLayout}.
 */
@NullMarked
package dev.dmabroker.internal.layout;

import org.jspecify.annotations.NullMarked;
