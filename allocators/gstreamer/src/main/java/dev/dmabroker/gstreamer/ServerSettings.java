package dev.dmabroker.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.spec.Layout;
import java.time.Duration;
import java.util.Optional;

/**
 * How a server serves its clients.
 *
 * @param device what the devices of clients are made from
 * @param mostHeld frames that a client holds at once
 * @param evictAfter for how long a client may hold so many without a release
 * @param frameRate a fraction, as caps have it
 * @param caps what the application says that buffers hold; empty to derive it from the layout
 */
record ServerSettings(
    Broker broker,
    BufferStream stream,
    DeviceSpec device,
    UnixFdAdmission admission,
    int mostClients,
    int mostHeld,
    Duration evictAfter,
    String frameRate,
    Optional<String> caps) {

  /** The caps of a layout; empty if GStreamer has none, and the application has said none. */
  Optional<String> capsOf(Layout layout) {
    return caps.or(() -> Caps.of(stream.spec().buffer(), layout, frameRate));
  }

  /** Where planes lie in a memory, if it holds a picture for which GStreamer has a format. */
  Optional<VideoMeta> metaOf(MappedMemory memory) {
    Layout layout = memory.layout();
    return layout
        .image()
        .flatMap(
            image ->
                VideoMeta.of(
                    layout,
                    Caps.width(stream.spec().buffer(), image),
                    Caps.height(stream.spec().buffer(), image)));
  }
}
