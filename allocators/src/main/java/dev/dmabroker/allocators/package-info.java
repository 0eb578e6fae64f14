/**
 * The heaps of Linux and what an application can adopt: the kernel's own heaps, and modelled ones
 * for machines that have none.
 *
 * <pre>
 *   Heaps.dmaHeaps()          /dev/dma_heap/*       found by discoverHeaps()
 *   Heaps.udmabuf()           /dev/udmabuf          found by discoverHeaps()
 *   Heaps.memfd()             memory files          found by discoverHeaps()
 *   Heaps.numa()              one for each node     added by heaps(...)
 *   Heaps.drmDumb()           /dev/dri/card*        added by heaps(...)
 *   Heaps.v4l2()              /dev/video*           added by heaps(...)
 *   Heaps.modelledStandIns()  where drivers can import from none of these
 *
 *   UserMemory                an application's ByteBuffer, to adopt
 *   ImportedDmaBuf            a dma-buf from elsewhere, to adopt
 * </pre>
 *
 * <p>What this machine offers, and what would open the rest:
 *
 * <pre>{@code
 * try (Broker broker = Broker.builder().discoverHeaps().heaps(Heaps.numa()).build()) {
 *   BrokerSnapshot snapshot = broker.snapshot();
 *   snapshot.heaps().forEach(heap -> System.out.println(heap.name() + ": " + heap.traits()));
 *   snapshot
 *       .closedHeaps()
 *       .forEach(heap -> System.out.println(heap.heap() + ": " + heap.remedy()));
 * }
 * }</pre>
 *
 * <p>All types but builders are thread-safe. Opening heaps and allocating block for as long as the
 * kernel takes.
 *
 * <p>System calls are made by JNA, which loads a native library. From JDK 24 on the JVM warns of
 * that, or denies it ({@code --illegal-native-access=deny}), unless it is started with {@code
 * --enable-native-access=com.sun.jna} where JNA is on the module path, or {@code
 * --enable-native-access=ALL-UNNAMED} where it is on the class path. Where native access is denied,
 * discovery closes each heap with the flag as the remedy, and what else needs a system call throws
 * a {@link dev.dmabroker.spi.HeapException} that names the flag, or has it as its cause.
 */
@NullMarked
package dev.dmabroker.allocators;

import org.jspecify.annotations.NullMarked;
