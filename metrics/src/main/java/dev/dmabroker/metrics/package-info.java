/**
 * Metrics, traces and health of a broker. {@code docs/metrics.md} lists the meters of Micrometer.
 *
 * <pre>
 *   Broker
 *     +-- listener ---> DmaBufMetrics   meters for a MeterRegistry
 *     |           +---> FlightEvents    events for Java Flight Recorder
 *     |           +---> TraceExport     a file for Perfetto
 *     |
 *     +-- snapshot ---> BrokerHealth    UP, DEGRADED or DOWN, with reasons
 *                 +---> SnapshotJson    the whole state, for a bug report
 * </pre>
 *
 * <p>Meters and health of a broker:
 *
 * <pre>{@code
 * MeterRegistry registry = new SimpleMeterRegistry();
 * try (Broker broker = Broker.builder().discoverHeaps().listener(new FlightEvents()).build()) {
 *   new DmaBufMetrics(broker).bindTo(registry);
 *   System.out.println(registry.getMeters().size() + " meters");
 *   System.out.println(BrokerHealth.of(broker.snapshot()));
 * }
 * }</pre>
 *
 * <!-- java
 * import io.micrometer.core.instrument.MeterRegistry;
 * import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
 * -->
 *
 * <p>All types are thread-safe. Those that listen do their work on a thread of their own, unless
 * the broker tells them in place, and none of them makes mapping a settled buffer slower.
 */
@NullMarked
package dev.dmabroker.metrics;

import org.jspecify.annotations.NullMarked;
