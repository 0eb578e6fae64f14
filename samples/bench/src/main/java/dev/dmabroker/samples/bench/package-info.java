/** How fast it is, beside other ways to do the same. */
@NullMarked
package dev.dmabroker.samples.bench;

import org.jspecify.annotations.NullMarked;
