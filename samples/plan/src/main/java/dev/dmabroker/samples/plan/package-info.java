/** Where buffers would lie on this machine, and why not elsewhere. */
@NullMarked
package dev.dmabroker.samples.plan;

import org.jspecify.annotations.NullMarked;
