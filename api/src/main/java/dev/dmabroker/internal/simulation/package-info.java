/**
 * Simulates the world that a broker lives in: time is only counted, one thread runs at a time, and
 * which one follows from a seed. No other room uses this one; tests and the sample that replays
 * traces do. Start with {@code Simulation}.
 */
@NullMarked
package dev.dmabroker.internal.simulation;

import org.jspecify.annotations.NullMarked;
