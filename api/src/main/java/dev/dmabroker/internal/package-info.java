/**
 * The engine, in rooms. A room uses rooms of lower levels only, never one of its own level:
 *
 * <pre>
 * 10 broker       putting it together
 *  9 stream       buffers that go round between devices
 *  8 buffer       a buffer's life: states, requests, end
 *  7 move         moving a buffer                check     whether access keeps to the rules
 *  6 gate         mapping without a lock
 *  5 allocation   getting the memory             device    devices and their probes
 *  4 placement    which heap suits all
 *  3 heap         what memory there is           services  what a broker lends to its parts
 *  2 copy         how contents are copied        watch     what applications are told
 *  1 layout       how a picture lies in memory   runtime   threads, time, locks, waits
 * </pre>
 *
 * <p>To learn the engine, read in this order: {@code gate.Gate}, {@code buffer.BufferLife}, {@code
 * move.Relocation}, {@code placement.Solver}, {@code stream.StreamLife}.
 *
 * <p>The words: a <b>place</b> is where a buffer lies, with the mappings in it. An <b>entrance</b>
 * is the way by which a gate lets mappings in. A <b>slot</b> stands for one mapping. A <b>lease</b>
 * is a mapping that stands while it is not used, and its <b>uses</b> are counted in a word. A
 * <b>life</b> holds the state of a buffer or stream, and its lock. A <b>request</b> is what an
 * application waits for. A <b>participant</b> is a device in a placement, an <b>alternative</b> one
 * of the sets of constraints that it gave. A <b>demand</b> is what all devices need together. A
 * <b>tenant</b> is a buffer as one that takes up a heap's room. A <b>mapper</b> maps, a
 * <b>holder</b> has a mapping, a <b>mover</b> moves the buffer, and a <b>waiter</b> waits for it.
 */
@NullMarked
package dev.dmabroker.internal;

import org.jspecify.annotations.NullMarked;
