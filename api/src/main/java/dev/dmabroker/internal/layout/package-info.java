/**
 * How a picture lies in memory: strides, planes and sizes from a format and the rules that devices
 * give. Start with {@code Rules}, then {@code ImageLayout}.
 */
@NullMarked
package dev.dmabroker.internal.layout;

import org.jspecify.annotations.NullMarked;
