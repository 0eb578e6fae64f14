/**
 * A broker's streams for GStreamer's {@code unixfdsrc} and {@code unixfdsink}, on 64-bit Linux.
 * Incubating: this package may change with any version.
 *
 * <pre>
 *   BufferStream --frames--{@literal >} UnixFdServer ==socket=={@literal >} unixfdsrc ! ...   in any number of processes
 *   ... ! unixfdsink ==socket=={@literal >} UnixFdClient --frames--{@literal >} PipelineConsumer   for any number of devices
 * </pre>
 *
 * <p>Buffers that come out of a pipeline in another way, as from an {@code appsink} of this
 * process, are offered to {@link dev.dmabroker.gstreamer.PipelineFrames}.
 *
 * <p>The protocol is GStreamer's own, of its versions from 1.24 on; a program needs no plug-in of
 * this library.
 *
 * <pre>{@code
 * try (Broker broker =
 *     Broker.builder().discoverHeaps().heaps(Heaps.modelledStandIns()).build()) {
 *   Device camera = broker.register("camera", Constraints.builder().cpuReach().build());
 *   ImageSpec picture = ImageSpec.of(640, 480, PixelFormat.NV12);
 *   try (BufferStream stream = broker.stream(StreamSpec.of("preview", picture, camera));
 *       UnixFdServer server =
 *           UnixFdServer.builder(broker, stream)
 *               .start(Files.createTempDirectory("preview").resolve("socket"))) {
 *     stream.start();
 *     try (EmptyFrame frame = stream.acquire()) {
 *       frame.submit(); // every unixfdsrc that is connected gets it
 *     }
 *     System.out.println(server.clients());
 *   }
 * }
 * }</pre>
 */
@NullMarked
package dev.dmabroker.gstreamer;

import org.jspecify.annotations.NullMarked;
