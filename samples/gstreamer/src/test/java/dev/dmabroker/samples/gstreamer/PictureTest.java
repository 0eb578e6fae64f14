package dev.dmabroker.samples.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PictureTest {
  @ParameterizedTest
  @CsvSource({
    "NV12, 0",
    "NV12, 1",
    "NV12, 2",
    "NV12, 1000",
    "NV12, 65535",
    "XRGB8888, 0",
    "XRGB8888, 43690"
  })
  void itTellsItsNumberAndEachPixelCounts(String format, int number) {
    boolean color = format.equals("XRGB8888");
    Picture picture = new Picture(160, 96, color ? PixelFormat.XRGB8888 : PixelFormat.NV12);
    try (Broker broker = StandIns.broker().build()) {
      SharedBuffer buffer = broker.export(picture.spec());
      var cpu = broker.register("cpu", Constraints.builder().cpuReach().build());
      try (Mapping mapping = buffer.attach(cpu).map(Access.OVERWRITE);
          CpuView view = mapping.cpuView()) {
        picture.draw(view, mapping.layout(), number);
        Layout.Plane luma = mapping.layout().planes().get(0);
        ByteBuffer bytes = view.bytes();
        assertEquals(number, picture.number(bytes, luma.offsetBytes(), luma.strideBytes()));
        assertEquals(
            Double.POSITIVE_INFINITY,
            picture.decibels(bytes, luma.offsetBytes(), luma.strideBytes(), number));
        int last = (int) (95 * luma.strideBytes()) + 159 * (color ? 4 : 1);
        bytes.put(last, (byte) (bytes.get(last) + 1));
        double one = picture.decibels(bytes, luma.offsetBytes(), luma.strideBytes(), number);
        assertTrue(one > 80 && one < 100, "a pixel that is off by one: " + one);
      }
    }
  }
}
