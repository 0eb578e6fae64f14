/** Tests of the heaps as the broker sees them. */
@NullMarked
package dev.dmabroker.allocators;

import org.jspecify.annotations.NullMarked;
