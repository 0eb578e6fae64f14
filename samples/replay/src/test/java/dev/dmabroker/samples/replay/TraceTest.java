package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {
  private static final String HEADER =
      """
      dmabroker-trace 1
      heap system scattered unlimited
      heap cma contiguous 16777216
      deadline 16667
      """;
  private static final String TEXT =
      HEADER
          + """
          costs copy 1 allocate 2 drain 3
          0 register camera WRITE default none
          0 register encoder READ 2500 contiguous,cpuReach,addressBits=32,strideAlignment=64
          5 export frame-1 image 1280x720 NV12,YUYV REC709
          5 export bytes blob 4096
          6 attach frame-1 camera
          7 map m1 frame-1 camera OVERWRITE granted 12
          7 map m2 frame-1 camera WRITE failed 0
          9 unmap m1
          10 detach frame-1 camera
          11 close frame-1
          """;

  @Test
  void formattingUndoesParsing() throws TraceException {
    assertEquals(TEXT, Trace.parse(TEXT).text());
  }

  @Test
  void parsesWhatTheFormatSays() throws TraceException {
    Trace trace = Trace.parse(TEXT);
    assertEquals(
        List.of(TraceHeap.scattered("system"), TraceHeap.contiguous("cma", 16 << 20)),
        trace.heaps());
    assertEquals(16_667, trace.deadlineMicros());
    assertEquals(11, trace.durationMicros());
    Constraints strict =
        Constraints.builder().contiguous().cpuReach().addressBits(32).strideAlignment(64).build();
    assertEquals(
        new Operation.Register(
            0, "encoder", Access.READ, Optional.of(Duration.ofNanos(2_500_000)), strict),
        trace.operations().get(1));
    Operation.Export export = (Operation.Export) trace.operations().get(2);
    assertEquals(
        List.of(PixelFormat.NV12, PixelFormat.YUYV), ((ImageSpec) export.spec()).formats());
    assertEquals(
        new Operation.Map(7, "m1", "frame-1", "camera", Access.OVERWRITE, true, 12),
        trace.operations().get(5));
  }

  @Test
  void aHoldThatNoLongCountsIsTheLongest() {
    Operation register =
        new Operation.Register(
            0,
            "slow",
            Access.READ,
            Optional.of(Duration.ofSeconds(Long.MAX_VALUE)),
            Constraints.none());
    assertTrue(register.text().contains(" " + Long.MAX_VALUE + " "), register::text);
  }

  @Test
  void commentsAndBlankLinesSayNothing() throws TraceException {
    String commented = "# a trace\n\n" + TEXT.replace("9 unmap", "  # soon\n9 unmap");
    assertEquals(Trace.parse(TEXT), Trace.parse(commented));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "9 frobnicate frame-1 | 'frobnicate' is no operation",
        "9 attach frame-2 camera | frame-2 is not there",
        "9 attach frame-1 gpu | gpu is not there",
        "9 attach frame-1 camera | attached to frame-1 already",
        "9 unmap m7 | m7 is not mapped",
        "9 close bytes-2 | bytes-2 is not a buffer that is open",
        "9 export frame-1 blob 1 | frame-1 was there before",
        "9 export new blob 0 | a size is at least 1, not 0",
        "9 export new blob x | 'x' is not a size",
        "9 export new image 12 NV12 | a size is WIDTHxHEIGHT, not '12'",
        "9 export new image 1x1 NV99 | 'NV99' is not a format",
        "9 export new image 1x1 NV12 REC709 more | 'more' is too much",
        "9 map m1 frame-1 camera READ granted 1 | m1 was there before",
        "9 map m9 frame-1 gpu READ granted 1 | gpu at frame-1 is not there",
        "9 map m9 frame-1 camera READ perhaps 1 | a map is granted or failed",
        "9 map m9 frame-1 camera LOOK granted 1 | 'LOOK' is not an access",
        "9 map m9 frame-1 camera READ granted | microseconds is missing",
        "3 unmap m1 | time goes back, from 8 to 3",
        "-1 unmap m1 | a time is at least 0, not -1",
        "soon unmap m1 | 'soon' is not a time",
        "heap cma contiguous 5 | heap cma is there already",
        "9 register gpu READ default liquid | 'liquid' is no constraint",
        "9 register gpu READ default addressBits=99 | addressBits must be 1 to 64, is 99",
        "9 register gpu READ default addressBits | 'addressBits' is no constraint",
        "9 register gpu READ default alignment=many | constraint 'alignment=many'",
        "9 register gpu READ default contiguous,contiguous | is set already",
      })
  void errorsNameTheLine(String line, String message) {
    String text =
        HEADER
            + """
            0 register camera WRITE default none
            5 export frame-1 blob 4096
            6 attach frame-1 camera
            8 map m1 frame-1 camera OVERWRITE granted 12
            """
            + line.strip();
    TraceException e = assertThrows(TraceException.class, () -> Trace.parse(text));
    assertEquals(9, e.line());
    String said = String.valueOf(e.getMessage());
    assertTrue(said.startsWith("line 9: ") && said.contains(message), said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 1",
        "dmabroker-trace 1 | 2",
        "dmabroker-trace 2 | 1",
        "some text | 1",
      })
  void headersAreChecked(String text, int line) {
    assertEquals(line, assertThrows(TraceException.class, () -> Trace.parse(text)).line());
  }

  @Test
  void operationsComeAfterTheHeader() {
    String text = "dmabroker-trace 1\nheap system scattered unlimited\n0 export a blob 1";
    assertEquals(3, assertThrows(TraceException.class, () -> Trace.parse(text)).line());
  }

  @Test
  void whatTheTextCannotSayIsRefused() {
    Constraints constraints = Constraints.builder().peerToPeer().build();
    assertThrows(IllegalArgumentException.class, () -> ConstraintsText.format(constraints));
  }

  @ParameterizedTest
  @ValueSource(strings = {"late-encoder", "contiguous-pressure", "short-streams"})
  void shippedTracesParse(String name) throws IOException, TraceException {
    Trace trace = Trace.load(name);
    assertEquals(trace, Trace.parse(trace.text()));
    assertEquals(Scenarios.named(name).orElseThrow().heaps(), trace.heaps());
    assertTrue(trace.count(Operation.Map.class) > 300, trace.summary());
    assertTrue(trace.text().length() < 400_000, trace.summary());
    assertFalse(trace.durationMicros() > 10_000_000, trace.summary());
  }

  @Test
  void costsAreTheUsualOnesUnlessTheHeadSaysOthers() throws TraceException {
    assertEquals(Costs.USUAL, Trace.parse(HEADER).costs());
    assertEquals(new Costs(1, 2, 3), Trace.parse(TEXT).costs());
    assertThrows(
        TraceException.class, () -> Trace.parse(HEADER + "costs drain 1 copy 2 allocate 3"));
    assertThrows(
        TraceException.class, () -> Trace.parse(HEADER + "costs copy 1 allocate 2 drain -3"));
  }

  @Test
  void loadsFiles(@TempDir Path directory) throws IOException, TraceException {
    Path file = Files.writeString(directory.resolve("a.trace"), TEXT);
    assertEquals(TEXT, Trace.load(file.toString()).text());
    assertThrows(IOException.class, () -> Trace.load(directory.resolve("no.trace").toString()));
  }
}
