/** Plays a trace of what a broker did against heuristics, and records such traces. */
@NullMarked
package dev.dmabroker.samples.replay;

import org.jspecify.annotations.NullMarked;
