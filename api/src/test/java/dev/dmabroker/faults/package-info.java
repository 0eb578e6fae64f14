/**
 * Faults of the JVM, injected into the engine: a StackOverflowError at any entry of a method, an
 * OutOfMemoryError at any place that makes an object. {@link
 * dev.dmabroker.faults.FaultInjectionTest} has each operation fail at each of these points in turn.
 */
@NullMarked
package dev.dmabroker.faults;

import org.jspecify.annotations.NullMarked;
