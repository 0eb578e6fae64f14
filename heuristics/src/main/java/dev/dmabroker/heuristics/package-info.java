/**
 * Placement policies. Each is one class, and a pure function of the request, so that any thread may
 * use it. None blocks.
 *
 * <pre>
 *   LeastCost    by what each device's access costs; the default
 *   FirstFit     the first heap that suits
 *
 *   these refine another:
 *   Sticky       keeps a buffer where it lies, as long as no other heap is much better
 *   Pressure     leaves room in heaps, and makes room in a full one
 *   PeerToPeer   keeps buffers out of devices' memory that a PeerTable does not allow
 *   Foresight    prefers heaps that suit devices which, by an AttachHistory, will come
 *
 *   this one says when idle buffers go to the heap that the others prefer:
 *   ReturnIdle   has them leave a heap that is too full
 * </pre>
 *
 * <p>The default policy, with a buffer staying where it lies as long as that costs at most 1.5
 * times as much as the best heap, and with a tenth of each heap kept free where another heap suits:
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
