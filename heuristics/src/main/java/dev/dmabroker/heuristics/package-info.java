/** Placement policies. Each is one class, and a pure function of the request. */
@NullMarked
package dev.dmabroker.heuristics;

import org.jspecify.annotations.NullMarked;
