/** The 20 lines of the README: what happens where. */
@NullMarked
package dev.dmabroker.samples.quickstart;

import org.jspecify.annotations.NullMarked;
