/**
 * The types that an application uses: the broker, devices and their constraints, buffers, mappings
 * and streams.
 *
 * <h2>What belongs to what</h2>
 *
 * <pre>
 *   Broker ------- heaps, a placement policy, listeners
 *     |
 *     +-- Device         what a piece of hardware needs of its memory
 *     |     |
 *     |     | attach
 *     |     v
 *     +-- SharedBuffer   without memory until a device maps it
 *     |     +-- Attachment (one for each device)
 *     |           +-- Mapping    descriptor and layout; the buffer moves when none writes
 *     |           |     +-- CpuView    the CPU's access, between begin and end
 *     |           +-- FixedView  CPU views that keep their address when the buffer moves
 *     |
 *     +-- BufferStream   buffers that go round
 *           producer:  acquire --> EmptyFrame --> submit
 *                                                   |
 *           consumer:  close  {@literal <}--  Frame  {@literal <}----  take
 * </pre>
 *
 * <p>Closing a broker closes all that belongs to it.
 *
 * <h2>A first buffer</h2>
 *
 * <pre>{@code
 * try (Broker broker =
 *     Broker.builder().discoverHeaps().heaps(Heaps.modelledStandIns()).build()) {
 *   Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
 *   Device display = broker.register("display", Constraints.builder().contiguous().build());
 *   SharedBuffer frame = broker.export(ImageSpec.of(640, 480, PixelFormat.NV12));
 *   Attachment in = frame.attach(camera);
 *   try (Mapping mapping = in.map(Access.OVERWRITE); // the frame gets its memory here
 *       CpuView pixels = mapping.cpuView()) {
 *     pixels.bytes().putInt(0, 42);
 *   }
 *   Attachment out = frame.attach(display); // stricter, so that the frame may have to move
 *   try (Mapping mapping = out.map(Access.READ)) {
 *     System.out.println(mapping.fd() + " is laid out as " + mapping.layout());
 *   }
 * }
 * }</pre>
 *
 * <h2>Threads and waiting</h2>
 *
 * <p>All types but builders and CPU views are thread-safe. A method blocks only if its Javadoc says
 * so. Each wait has a deadline, and the exception at its end names what was in the way. For most
 * calls that block there is one that tries once (its name begins with {@code try}) and one that
 * gives a future (its name ends in {@code Async}). Listeners, heaps and other code of the
 * application are called without a lock of the broker.
 *
 * <h2>Failures</h2>
 *
 * <p>What fails at run time throws a {@link dev.dmabroker.BrokerException}, whose {@code
 * isTransient} says whether trying again can help. Arguments that could never be right throw {@link
 * IllegalArgumentException}, and null throws {@link NullPointerException}. Sizes are in bytes and
 * say so in their names; times are {@link java.time.Duration}s.
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
