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
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {
  private static final Picture PICTURE = new Picture(160, 96);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 1000, 65_535})
  void itTellsItsNumberAndEachPixelCounts(int number) {
    try (Broker broker = StandIns.broker().build()) {
      SharedBuffer buffer = broker.export(PICTURE.spec());
      var cpu = broker.register("cpu", Constraints.builder().cpuReach().build());
      try (Mapping mapping = buffer.attach(cpu).map(Access.OVERWRITE);
          CpuView view = mapping.cpuView()) {
        PICTURE.draw(view, mapping.layout(), number);
        Layout.Plane luma = mapping.layout().planes().get(0);
        ByteBuffer bytes = view.bytes();
        assertEquals(number, PICTURE.number(bytes, luma.offsetBytes(), luma.strideBytes()));
        assertEquals(
            Double.POSITIVE_INFINITY,
            PICTURE.decibels(bytes, luma.offsetBytes(), luma.strideBytes(), number));
        int last = (int) (95 * luma.strideBytes()) + 159;
        bytes.put(last, (byte) (bytes.get(last) + 1));
        double one = PICTURE.decibels(bytes, luma.offsetBytes(), luma.strideBytes(), number);
        assertTrue(one > 80 && one < 100, "a pixel that is off by one: " + one);
      }
    }
  }
}
