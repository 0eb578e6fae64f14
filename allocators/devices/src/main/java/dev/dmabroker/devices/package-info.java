/**
 * V4L2 cameras, displays and codecs, and KMS displays, that import a broker's buffers, for 64-bit
 * Linux. Incubating: this package may change with any version.
 *
 * <pre>
 *   V4l2Device              a node of /dev/video*
 *     +-- V4l2Queue         buffers of a broker that its driver imports
 *     +-- V4l2CpuQueue      buffers in other memory, to compare with
 *     +-- V4l2Signal        inputs, outputs, timings and rates
 *     +-- V4l2Controls      the driver's controls
 *     +-- V4l2Codec         what an encoder or a decoder is told
 *   KmsDisplay              a screen that shows buffers of a broker
 *   ImportCache             what a driver made of memory, kept until the buffer moves
 *   V4l2Probe               asks a driver which memory it takes
 * </pre>
 *
 * <p>Begin with {@link dev.dmabroker.devices.V4l2Device}, a node with its signal, controls and
 * codec. Its {@link dev.dmabroker.devices.V4l2Queue} has the buffers that are imported, and {@link
 * dev.dmabroker.devices.KmsDisplay} shows buffers on a screen. A {@link dev.dmabroker.devices.Loan}
 * is what either is given: a mapping, or a stream's frame. The driver of a node is asked which
 * memory it takes by a probe:
 *
 * <pre>{@code
 * try (Broker broker = Broker.builder().discoverHeaps().build()) {
 *   Device camera =
 *       broker.register(
 *           DeviceSpec.builder("camera").probe(V4l2Probe.of(Path.of("/dev/video0"))).build());
 *   System.out.println(camera.findings());
 * }
 * }</pre>
 *
 * <p>A refusal of a driver is a {@link dev.dmabroker.devices.DeviceException}.
 */
@NullMarked
package dev.dmabroker.devices;

import org.jspecify.annotations.NullMarked;
