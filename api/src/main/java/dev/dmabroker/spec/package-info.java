/**
 * The values that say what buffers hold and what devices ask of their memory: sizes, formats,
 * layouts, constraints and accesses. All types are immutable values and depend on no other package
 * of the broker.
 */
@NullMarked
package dev.dmabroker.spec;

import org.jspecify.annotations.NullMarked;
