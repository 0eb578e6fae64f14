/** Placement policies: one class each, pure functions of the request. */
@NullMarked
package dev.dmabroker.heuristics;

import org.jspecify.annotations.NullMarked;
