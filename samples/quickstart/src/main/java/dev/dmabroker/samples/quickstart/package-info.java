/** The README's example, which tells what happens where. */
@NullMarked
package dev.dmabroker.samples.quickstart;

import org.jspecify.annotations.NullMarked;
