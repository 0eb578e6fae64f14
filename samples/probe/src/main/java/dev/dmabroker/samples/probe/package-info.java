/** Which heaps this machine's cameras and displays really take. */
@NullMarked
package dev.dmabroker.samples.probe;

import org.jspecify.annotations.NullMarked;
