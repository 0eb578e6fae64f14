/**
 * The types that an application uses: the broker, devices and their constraints, buffers, mappings
 * and streams.
 *
 * <h2>How things are made</h2>
 *
 * <p>In all packages of the library, things are made in one way:
 *
 * <ul>
 *   <li>{@code X.of(...)} makes a value from all that it consists of, or with defaults for the
 *       rest. Other static methods that make a value are named after what is special about it. None
 *       of them returns a builder.
 *   <li>What has optional parts has a builder: {@code X.builder(...)} takes the parts without which
 *       there is no X, the builder's methods are named after the parts and return the builder, and
 *       {@code build()} makes the X. It may be called several times.
 *   <li>A value that has a builder has {@code toBuilder()}, which gives a builder with the value's
 *       parts, so that a value serves as a template. No other method of a value makes a changed
 *       copy. What has a life of its own, as a broker or a heap, is no template.
 *   <li>In builders of constraints and of heaps each part may be set once, as a second demand would
 *       contradict the first; in other builders the last value counts. Builders are not
 *       thread-safe.
 *   <li>Extensions, as heuristics and listeners, are made by their constructors.
 * </ul>
 */
@NullMarked
package dev.dmabroker;

import org.jspecify.annotations.NullMarked;
