package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Fixture;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Threads whose stack is nearly used up map, move and close: whatever call finds no stack, the
 * buffer keeps its contents, and all can be used and closed afterwards. The faults that a test
 * chooses by number are those of {@link dev.dmabroker.faults}; here the JVM chooses them.
 */
class DeepStackTest extends Fixture {
  /** Small, so that a thread is soon at its end. */
  private static final long STACK_BYTES = 256 << 10;

  /** From the end of the stack on, how many frames up an operation is tried at most. */
  private static final int FRAMES = 3000;

  /** After so many that passed in one dive there is stack enough. */
  private static final int ENOUGH = 20;

  private static final int DIVES = 20;

  /** A map that finds no stack to be told may wait until its deadline. */
  private static final Duration SHORT = Duration.ofMillis(200);

  private static final Logger LOG = Logger.getLogger("dev.dmabroker.Broker");

  private final Object[] left = new Object[4 * FRAMES];
  private int threw;
  private int passed;
  private int passedInDive;

  @BeforeAll
  static void logsNothing() {
    LOG.setLevel(Level.OFF); // Every effect that throws is logged.
  }

  @AfterAll
  static void logsAgain() {
    LOG.setLevel(null);
  }

  /**
   * What is done at one depth. What it could not close it leaves in {@link #left} from {@code at}.
   */
  private interface Operation {
    void run(int at);
  }

  /** Tries the operation at each frame on the way back from the end of the stack. */
  @SuppressWarnings("InfiniteRecursion") // It ends where the stack ends.
  private int dive(Operation operation) {
    int frame;
    try {
      frame = dive(operation);
    } catch (StackOverflowError e) {
      return 0;
    }
    if (frame < FRAMES && passedInDive < ENOUGH) {
      try {
        operation.run(4 * frame);
        passed++;
        passedInDive++;
      } catch (Error | AllocationException | WaitTimeoutException e) {
        // Linkage and heaps may lack stack, and a map is told of its memory late or in time.
        threw++;
      }
    }
    return frame + 1;
  }

  private void dives(Operation operation) throws Exception {
    operation.run(0); // This loads all classes, as one that fails to load is lost for good.
    closeLeft();
    for (int i = 0; i < DIVES; i++) {
      passedInDive = 0;
      Thread diver = new Thread(null, () -> dive(operation), "diver-" + i, STACK_BYTES);
      Throwable[] thrown = new Throwable[1];
      diver.setUncaughtExceptionHandler((thread, what) -> thrown[0] = what);
      diver.start();
      Await.ended(diver, Duration.ofMinutes(5)); // Thousands of operations on busy processors.
      if (thrown[0] != null) {
        throw new AssertionError("in dive " + i, thrown[0]);
      }
      closeLeft();
    }
    assertTrue(threw > 0 && passed > 0, threw + " threw, " + passed + " passed");
  }

  private void closeLeft() throws Exception {
    for (int i = left.length - 1; i >= 0; i--) { // Mappings before their attachments.
      if (left[i] instanceof AutoCloseable closeable) {
        closeable.close();
      }
      left[i] = null;
    }
  }

  private static void closeAll(@Nullable Object[] left, int at, int end) {
    for (int i = end; i >= at; i--) {
      if (left[i] instanceof Mapping mapping) {
        mapping.close();
      } else if (left[i] instanceof Attachment attachment) {
        attachment.close();
      } else if (left[i] instanceof SharedBuffer buffer) {
        buffer.close();
      }
      left[i] = null;
    }
  }

  private void endsWell(SharedBuffer buffer, Attachment camera) throws Exception {
    assertEquals(7, read(camera), "contents");
    Attachment encoder = buffer.attach(broker.register("encoder at the end", CONTIGUOUS));
    assertEquals(7, read(encoder), "after a move");
    encoder.close();
    camera.close();
    buffer.close();
    Await.until("all buffers are gone", () -> broker.snapshot().buffers().isEmpty());
    broker.close();
    assertEquals(0, system.live() + cma.live());
  }

  @Test
  void mapsOfASettledBuffer() throws Exception {
    broker.close();
    broker = builder().closeTimeout(Duration.ofSeconds(30)).build();
    SharedBuffer buffer = export();
    Attachment camera = buffer.attach(broker.register("camera", Constraints.none()));
    write(camera, 7);
    dives(
        at -> {
          left[at] = camera.map(Access.WRITE, SHORT);
          closeAll(left, at, at);
        });
    endsWell(buffer, camera);
  }

  @Test
  void attachmentsThatComeAndGo() throws Exception {
    broker.close();
    broker = builder().closeTimeout(Duration.ofSeconds(30)).build();
    SharedBuffer buffer = export();
    var device = broker.register("camera", Constraints.none());
    var display = broker.register("display", Constraints.none());
    Attachment camera = buffer.attach(device);
    write(camera, 7);
    dives(
        at -> {
          left[at] = buffer.attach(display);
          left[at + 1] = ((Attachment) left[at]).map(Access.READ, SHORT);
          closeAll(left, at, at + 1);
        });
    endsWell(buffer, camera);
  }

  @Test
  void firstMapsOfNewBuffers() throws Exception {
    broker.close();
    broker = builder().closeTimeout(Duration.ofSeconds(30)).build();
    SharedBuffer buffer = export();
    var device = broker.register("camera", Constraints.none());
    Attachment camera = buffer.attach(device);
    write(camera, 7);
    BlobSpec spec = BlobSpec.of(4096);
    dives(
        at -> {
          left[at] = broker.export("short-lived", spec);
          left[at + 1] = ((SharedBuffer) left[at]).attach(device);
          left[at + 2] = ((Attachment) left[at + 1]).map(Access.WRITE, SHORT);
          closeAll(left, at, at + 2);
        });
    endsWell(buffer, camera);
  }
}
