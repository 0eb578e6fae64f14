package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OthersTest {
  private final Others others =
      new Others(
          Path.of("/dev/video7"),
          Path.of("/dev/video8"),
          ImageSpec.of(640, 480, PixelFormat.XRGB8888),
          25,
          5);

  @Test
  void theProgramsAreCalledAsOneWouldByHand() {
    assertEquals(
        "v4l2-ctl --device=/dev/video7 --out-device=/dev/video8 --silent --stream-no-query"
            + " --stream-mmap=5 --stream-out-dmabuf --stream-count=125",
        String.join(" ", others.v4l2Ctl(125).words()));
    assertEquals(
        "gst-launch-1.0 --quiet v4l2src device=/dev/video7 io-mode=dmabuf num-buffers=125 !"
            + " video/x-raw,format=BGRx,width=640,height=480,framerate=25/1 ! v4l2sink"
            + " device=/dev/video8 io-mode=dmabuf-import sync=false",
        String.join(" ", others.gstLaunch(125, Map.of()).words()));
  }
}
