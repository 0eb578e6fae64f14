/**
 * The types that an extension implements: heaps, heuristics that rank them, movers, fence pollers,
 * pressure gauges and device probes.
 *
 * <pre>
 *   HeapProvider ----- discover --> Heap ----- allocate --> Backing    one piece of memory
 *                                                             ^
 *   ForeignMemory --------------------------- open -----------+
 *                                                             |
 *   FixedAddresses  {@literal <}---------------------- reserve ---------+
 *
 *   PlacementHeuristic    ranks the heaps that suit, and says what may leave a full one
 *   Mover                 copies a buffer that moves, where the CPU is not to do it
 *   FencePoller           waits for drivers' fences
 *   PressureGauge         reads for how long programs wait for memory
 *   DeviceProbe           offers memory to a real device
 * </pre>
 *
 * <p>A heuristic that takes the heap with the most room:
 *
 * <pre>{@code
 * final class Roomiest implements PlacementHeuristic {
 *   public String name() {
 *     return "roomiest";
 *   }
 *
 *   public List<Ranked> rank(Request request) {
 *     return request.heaps().stream()
 *         .map(
 *             heap ->
 *                 new Ranked(heap.name(), heap.usedBytes(), heap.usedBytes() + " bytes are used"))
 *         .sorted(Comparator.comparingDouble(Ranked::cost))
 *         .toList();
 *   }
 * }
 * }</pre>
 *
 * <pre>{@code
 * try (Broker broker =
 *     Broker.builder().heaps(Heaps.modelledStandIns()).heuristic(new Roomiest()).build()) {
 *   Device camera = broker.register("camera", Constraints.none());
 *   System.out.println(broker.plan(BlobSpec.of(4096), List.of(camera)));
 * }
 * }</pre>
 *
 * <p>Each type says which threads call it. The broker holds no lock while it calls an extension,
 * and may call it from several threads at once unless its type says otherwise. Sizes are in bytes.
 *
 * <p>What an extension throws against the word of its method, a checked exception of another
 * language or an {@link Error} included, counts as its refusal: the call of the application that
 * needed it ends with the exception that it documents, which has the extension's as a cause, and
 * the buffer stays usable. Where the extension is not needed, as a heuristic, a listener or the
 * executor of callbacks, the broker logs what it threw and goes on without it.
 */
@NullMarked
package dev.dmabroker.spi;

import org.jspecify.annotations.NullMarked;
