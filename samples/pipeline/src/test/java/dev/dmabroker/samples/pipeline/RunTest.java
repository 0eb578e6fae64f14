package dev.dmabroker.samples.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Broker;
import dev.dmabroker.samples.common.Books;
import dev.dmabroker.samples.common.StandIns;
import dev.dmabroker.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What runs above the devices, with modelled ones. */
@Timeout(120)
class RunTest {
  private static final int FRAMES = 24;

  private final Books before = Books.open();
  private final Broker broker = StandIns.broker().build();
  private final Comparison comparison = new Comparison();
  private final List<String> said = Collections.synchronizedList(new ArrayList<>());
  @TempDir private Path folder = Path.of(""); // Set before each test.

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    assertEquals(0, Books.mappings(broker));
    // A buffer that a worker was just making for a stream goes once its heap has answered.
    Await.until("all buffers are gone", () -> broker.snapshot().buffers().isEmpty());
    broker.close();
    assertEquals(0, before.leftWithin(Duration.ofSeconds(30)));
  }

  private Recording.Outcome run(Rig rig) throws InterruptedException, IOException {
    Path file = folder.resolve("coded");
    Recording.Outcome outcome = new Recording(rig, broker, comparison, said::add).run(FRAMES, file);
    new Decoding(rig, broker, comparison).run(CodedFrames.read(file));
    return outcome;
  }

  /** Three are fewer than a stream has, one is what a driver may grant that was asked for more. */
  @ParameterizedTest
  @ValueSource(ints = {3, 1})
  void whatWasEncodedIsDecodedInItsOrder(int buffers) throws Exception {
    Recording.Outcome outcome = run(new ModelledRig(buffers));
    assertTrue(outcome.captured() >= FRAMES, outcome.toString());
    assertEquals(outcome.captured(), outcome.converted());
    assertTrue(
        outcome.encoded() > 0 && outcome.encoded() < outcome.converted(), outcome.toString());
    assertTrue(outcome.displayed() > 0, outcome.toString());
    assertEquals(outcome.encoded(), comparison.decodedCount());
    assertEquals(0, comparison.misplaced());
    assertTrue(comparison.worst() > 35, comparison.toString());
  }

  @Test
  void theEncoderIsOffForTheMiddleThird() throws Exception {
    run(new ModelledRig());
    List<String> encoder = said.stream().filter(each -> each.startsWith("encoder")).toList();
    assertEquals(4, encoder.size(), encoder.toString());
    assertEquals("encoder on, after 0 of the converter's frames", encoder.get(0));
  }

  @ParameterizedTest
  @CsvSource({
    "camera, open, 1",
    "camera, queue, 5",
    "camera, start, 1",
    "camera, dequeue, 6",
    "camera, stop, 1",
    "converter, open, 1",
    "converter, queue, 6",
    "converter, start, 2",
    "converter, dequeue, 7",
    "encoder, open, 1",
    "encoder, open, 2",
    "encoder, queue, 5",
    "encoder, result, 1",
    "encoder, start, 1",
    "encoder, dequeue, 7",
    "encoder, drain, 1",
    "decoder, open, 1",
    "decoder, queue, 9",
    "decoder, dequeue, 5",
    "decoder, drain, 1",
    "display, open, 1",
    "display, queue, 3",
    "display, start, 1",
    "display, dequeue, 2",
    "display, stop, 1",
  })
  void aDeviceThatVanishesEndsTheRunAndLeavesNothing(String device, String method, int call) {
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> run(new FaultyRig(device, method, call)));
    assertInstanceOf(FaultyRig.GoneException.class, e.getCause());
    assertEquals("the stage %s failed: %s".formatted(device, e.getCause()), e.getMessage());
  }

  @Test
  void aFileThatCannotBeWrittenToEndsTheRun() {
    Recording recording = new Recording(new ModelledRig(), broker, comparison, said::add);
    assertThrows(IOException.class, () -> recording.run(FRAMES, folder));
  }
}
