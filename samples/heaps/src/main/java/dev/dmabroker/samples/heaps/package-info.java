/**
 * What this machine offers: every heap, its traits, how each is known, what opens the closed ones.
 */
@NullMarked
package dev.dmabroker.samples.heaps;

import org.jspecify.annotations.NullMarked;
