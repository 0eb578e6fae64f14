package dev.dmabroker.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What was probably meant. */
class NearestTest {
  private static final List<String> HEAPS = List.of("system", "cma", "reserved", "linux,cma");

  private static Optional<String> to(String name) {
    return Nearest.to(name, HEAPS);
  }

  @Test
  void aLetterMoreOrLessOrOther() {
    assertEquals(Optional.of("system"), to("sytem"));
    assertEquals(Optional.of("system"), to("systeem"));
    assertEquals(Optional.of("system"), to("System"));
    assertEquals(Optional.of("system"), to("sysetm"));
    assertEquals(Optional.of("cma"), to("cna"));
    assertEquals(Optional.of("cma"), to("cam"));
    assertEquals(Optional.of("reserved"), to("reserve"));
    assertEquals(Optional.of("linux,cma"), to("linux.cma"));
  }

  @Test
  void nothingThatIsFarAway() {
    assertEquals(Optional.empty(), to("vram"));
    assertEquals(Optional.empty(), to("c"));
    assertEquals(Optional.empty(), to(""));
    assertEquals(Optional.empty(), Nearest.to("cma", List.of()));
  }

  @Test
  void theLeastDifferenceAndThenTheFirstByAlphabet() {
    assertEquals(Optional.of("camera"), Nearest.to("camra", List.of("camrae", "camera")));
    assertEquals(Optional.of("cam-a"), Nearest.to("cam-c", List.of("cam-b", "cam-a")));
    assertEquals(Optional.of("cam-22"), Nearest.to("cam-2x", List.of("bam-3x", "cam-22")));
  }

  @Test
  void namesThatDifferInDigitsAloneAreMeantAsTheyAre() {
    assertEquals(Optional.empty(), Nearest.to("cam-3", List.of("cam-1", "cam-22", "cam-")));
  }
}
