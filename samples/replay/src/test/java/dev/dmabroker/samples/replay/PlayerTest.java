package dev.dmabroker.samples.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.heuristics.LeastCost;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlayerTest {
  private static final String HEADER =
      """
      dmabroker-trace 1
      heap system scattered unlimited
      heap cma contiguous 1048576
      deadline 50
      costs copy 0 allocate 0 drain 0
      0 register camera WRITE default none
      0 register decoder WRITE default contiguous
      0 register display READ default contiguous
      """;

  private static Result play(String operations) throws Exception {
    return Performance.of(Trace.parse(HEADER + operations), Choice.named("least-cost"));
  }

  @Test
  void aMapThatIsGrantedIsNoDrop() throws Exception {
    Result result =
        play(
            """
            0 export a blob 524288
            0 attach a decoder
            10 map m1 a decoder OVERWRITE granted 0
            20 unmap m1
            30 detach a decoder
            30 close a
            """);
    assertEquals(0, result.dropped());
    assertEquals(0, result.missed());
    assertEquals(0, result.refusals());
    assertEquals(
        List.of(new Result.Amount("system", 0), new Result.Amount("cma", 524288)), result.peaks());
  }

  @Test
  void mapsThatAreNotGrantedBeforeTheirEndAreLate() throws Exception {
    Result result =
        play(
            """
            0 export a blob 4096
            0 attach a camera
            10 map m1 a camera OVERWRITE granted 0
            20 attach a decoder
            20 attach a display
            30 map m2 a decoder WRITE granted 0
            31 map m3 a display READ granted 0
            40 unmap m2
            40 unmap m3
            90 unmap m1
            """);
    assertEquals(1, result.dropped());
    assertEquals(1, result.missed());
    assertEquals(0, result.refusals());
  }

  @Test
  void aMapThatFindsNoRoomIsRefusedAndLate() throws Exception {
    Result result =
        play(
            """
            0 export a blob 1048576
            0 export b blob 1048576
            0 attach a decoder
            0 attach b decoder
            10 map m1 a decoder OVERWRITE granted 0
            20 map m2 b decoder OVERWRITE failed 0
            30 unmap m1
            """);
    assertEquals(1, result.refusals());
    assertEquals(1, result.dropped());
  }

  @Test
  void aRefusalThatIsKnownTooLateToCancelIsLateToo() throws Exception {
    Trace trace =
        Trace.parse(
            HEADER
                + """
                0 export a blob 1048576
                0 export b blob 1048576
                0 attach a decoder
                0 attach b decoder
                10 map m1 a decoder OVERWRITE granted 0
                20 map m2 b decoder OVERWRITE failed 0
                30 unmap m2
                40 unmap m1
                """);
    BlockingQueue<Runnable> callbacks = new LinkedBlockingQueue<>();
    Tally tally = new Tally(trace, () -> 0);
    BrokerBuilder builder =
        Broker.builder().heuristic(new LeastCost()).callbackExecutor(callbacks::add);
    trace.heaps().forEach(heap -> builder.heap(heap.model()));
    try (Broker broker = builder.build()) {
      new Player(broker, trace, new TooLate(callbacks), tally, (heap, bytes) -> {}).play();
    }
    assertEquals(1, tally.result(Choice.named("least-cost"), List.of()).dropped());
  }

  /** Lets the first map be granted, and the second fail without anybody being told. */
  private record TooLate(BlockingQueue<Runnable> callbacks) implements Pacer {
    @Override
    public long micros() {
      return 0;
    }

    @Override
    public void await(long due) {
      try {
        if (due == 20) {
          callbacks.take().run();
        } else if (due == 30) {
          Runnable neverRun = callbacks.take();
          assertNotNull(neverRun);
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aDeviceThatAttachesLateMovesTheBuffer() throws Exception {
    Result result =
        play(
            """
            0 export a blob 524288
            0 attach a camera
            10 map m1 a camera OVERWRITE granted 0
            20 unmap m1
            30 attach a display
            40 map m2 a display READ granted 0
            60 unmap m2
            """);
    assertEquals(0, result.missed());
    assertEquals(
        List.of(new Result.Amount("system", 524288), new Result.Amount("cma", 524288)),
        result.peaks());
  }

  @Test
  void aNameThatIsRegisteredAgainIsAnotherDevice() throws Exception {
    Result result =
        play(
            """
            10 register camera WRITE default contiguous
            20 export a blob 4096
            20 attach a camera
            30 map m1 a camera OVERWRITE granted 0
            """);
    assertEquals(
        List.of(new Result.Amount("system", 0), new Result.Amount("cma", 4096)), result.peaks());
  }

  @ParameterizedTest
  @ValueSource(strings = {"late-encoder", "contiguous-pressure", "short-streams"})
  void scenariosRecordTracesThatCanBePlayed(String name) throws Exception {
    Trace trace = Scenarios.named(name).orElseThrow().record(new SettlingPacer(0));
    assertEquals(trace, Trace.parse(trace.text()));
    Choice foresight = Choice.named("foresight");
    Result result = Performance.of(trace, foresight);
    assertEquals("foresight", result.heuristic());
  }

  @ParameterizedTest
  @ValueSource(strings = {"late-encoder", "contiguous-pressure", "short-streams"})
  void equalTracesGiveEqualResults(String name) throws Exception {
    Trace trace = Trace.load(name);
    for (String heuristic : Choice.NAMES) {
      assertEquals(
          Performance.of(trace, Choice.named(heuristic)),
          Performance.of(trace, Choice.named(heuristic)));
    }
  }

  @Test
  void framesAreDroppedForWhatThingsCost() throws Exception {
    Trace trace = Trace.load("late-encoder");
    Choice sticky = Choice.named("sticky");
    assertEquals(0, Performance.of(trace.with(new Costs(0, 0, 0)), sticky).dropped());
    Costs dear = new Costs(50_000_000, 0, 0);
    assertTrue(Performance.of(trace.with(dear), Choice.named("sticky")).dropped() > 0);
  }
}
