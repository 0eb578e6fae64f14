/**
 * Placement policies. Each is one class, and a pure function of the request, so that any thread may
 * use it. None blocks.
 *
 * <pre>
 *   LeastCost    by what each device's access costs; the default
 *   FirstFit     the first heap that suits
 *
 *   these refine another:
 *   Sticky       stays where the buffer lies, unless another heap is much better
 *   Pressure     keeps room in heaps, by watermarks, and says what may leave
 *   PeerToPeer   keeps devices away from memory that a PeerTable says they do not reach
 *   Foresight    counts devices that an AttachHistory says will come
 * </pre>
 *
 * <p>The default policy, which moves a buffer only for a heap that is 1.5 times better, and keeps a
 * tenth of each heap free:
 *
 * <pre>{@code
 * PlacementHeuristic policy = new Pressure(new Sticky(new LeastCost(), 1.5), 0.9, 2);
 * try (Broker broker =
 *     Broker.builder().heaps(Heaps.modelledStandIns()).heuristic(policy).build()) {
 *   Device encoder = broker.register("encoder", Constraints.builder().contiguous().build());
 *   System.out.println(broker.plan(BlobSpec.of(4096), List.of(encoder)));
 * }
 * }</pre>
 */
@NullMarked
package dev.dmabroker.heuristics;

import org.jspecify.annotations.NullMarked;
