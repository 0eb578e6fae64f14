/**
 * V4L2 cameras, displays and codecs, and KMS displays, that import a broker's buffers, for 64-bit
 * Linux. Incubating: this package may change with any version.
 *
 * <p>Begin with {@link dev.dmabroker.devices.V4l2Device}, a node with its signal, controls and
 * codec. Its {@link dev.dmabroker.devices.V4l2Queue} has the buffers that are imported, and {@link
 * dev.dmabroker.devices.KmsDisplay} shows buffers on a screen. A {@link dev.dmabroker.devices.Loan}
 * is what either is given: a mapping, or a stream's frame. The driver of a node is asked which
 * memory it takes by a probe:
 *
 * <pre>{@code
 * Device camera =
 *     broker.register(
 *         DeviceSpec.builder("camera", constraints).probe(V4l2Probe.of("/dev/video0")).build());
 * }</pre>
 *
 * <p>A refusal of a driver is a {@link dev.dmabroker.devices.DeviceException}.
 */
@NullMarked
package dev.dmabroker.devices;

import org.jspecify.annotations.NullMarked;
