package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final List<Job.Result> RESULTS =
      List.of(
          new Job.Result("MMAP with a copy", "vivid output", 100, 2345.6, 0.454, 1, 2, 1),
          new Job.Result("DMABUF", "vkms", 100, 123.4, 0, 0, 0, 1));

  @Test
  void aRowForEachMode() {
    assertEquals(
        """
        memory            display         frames  CPU us/frame  in kernel  copies/frame  dropped
        MMAP with a copy  vivid output       100          2346       45 %             1        2
        DMABUF            vkms               100           123        0 %             0        0
        """,
        Table.of(RESULTS));
  }

  @Test
  void aLineForPrograms() {
    assertEquals(
        "modes=MMAP-with-a-copy/vivid-output,DMABUF/vkms cpu_us=2346,123 kernel_percent=45,0 copies=1,0 dropped=2,0"
            + " damaged=2",
        Table.line(RESULTS));
  }
}
