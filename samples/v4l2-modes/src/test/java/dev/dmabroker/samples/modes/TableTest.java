package dev.dmabroker.samples.modes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TableTest {
  private static final Result COPY =
      new Result(
          "MMAP with a copy",
          "vivid output",
          100,
          2345.6,
          0.454,
          Optional.of(new CallsPerFrame(4, 2.46, 1, 8)),
          1,
          OptionalLong.of(2),
          1);
  private static final Result OTHER =
      new Result(
          "DMABUF v4l2-ctl",
          "vivid output",
          90,
          1000,
          0.7,
          Optional.empty(),
          0,
          OptionalLong.empty(),
          0);

  @Test
  void aRowForEachMode() {
    assertEquals(
        """
        memory             display       frames  CPU us/frame  in kernel  ioctls/frame  waits/frame  clock/frame  calls/frame  copies/frame  dropped
        MMAP with a copy   vivid output     100          2346       45 %           4.0          2.5          1.0          8.0             1        2
        DMABUF v4l2-ctl    vivid output      90          1000       70 %             -            -            -            -             0        -
        """,
        Table.of(List.of(COPY, OTHER)));
  }

  @Test
  void aLineForPrograms() {
    assertEquals(
        "modes=MMAP-with-a-copy/vivid-output,DMABUF-v4l2-ctl/vivid-output cpu_us=2346,1000"
            + " kernel_percent=45,70 ioctls=4.0,- waits=2.5,- clock=1.0,- calls=8.0,- copies=1,0"
            + " dropped=2,- damaged=1",
        Table.line(List.of(COPY, OTHER)));
  }

  @Test
  void whatOneTakesMoreThanAnother() {
    assertEquals(
        "CPU time of MMAP with a copy over DMABUF v4l2-ctl: +1346 us a frame (2.3 times), of it"
            + " +365 in the kernel and +981 in the program\n",
        Table.over(COPY, OTHER));
  }
}
