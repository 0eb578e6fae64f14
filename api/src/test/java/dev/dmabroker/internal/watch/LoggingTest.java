package dev.dmabroker.internal.watch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Mapping;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.InOrder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** System.Logger ends in java.util.logging where nothing else is set up. */
class LoggingTest extends Fixture {
  private static final Logger LOGGER = Logger.getLogger(Broker.class.getName());

  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          records.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void unlisten() {
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
    LOGGER.setLevel(null);
  }

  private List<String> lines(Level level) {
    return records.stream()
        .filter(line -> line.getLevel().equals(level))
        .map(line -> String.valueOf(line.getMessage()))
        .toList();
  }

  /** Warnings are written on a thread of their own, so they are waited for. */
  private void awaitLines(int warnings) {
    Await.until(warnings + " lines", () -> lines(Level.WARNING).size() >= warnings);
  }

  private static Closed shut(String heap, Closed.Kind kind) {
    return new Closed(heap, kind, "/dev/shut does not open", "join the group video");
  }

  private static HeapProvider finds(HeapProvider.Finding... findings) {
    return new HeapProvider() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public List<Finding> discover() {
        return List.of(findings);
      }
    };
  }

  private BrokerBuilder withMissingHeap() {
    return builder().heaps(finds(shut("shut", Closed.Kind.MISSING)));
  }

  @Test
  void aLineForEachHeapFoundAndClosed() {
    LOGGER.setLevel(Level.FINE);
    withMissingHeap().build().close();
    List<String> lines = lines(Level.FINE);
    assertEquals(3, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("heap system of type other: {contiguous="), lines::toString);
    assertTrue(lines.get(1).startsWith("heap cma of type other: {contiguous="), lines::toString);
    assertEquals("no heap shut: /dev/shut does not open; join the group video", lines.get(2));
  }

  @Test
  void aHeapThatIsThereAndDoesNotOpenIsAWarningWithWhatWouldHelp() {
    builder()
        .heaps(
            finds(
                shut("system", Closed.Kind.NO_PERMISSION),
                shut("default", Closed.Kind.FAILED),
                shut("huge", Closed.Kind.MISSING)))
        .build()
        .close();
    assertEquals(
        List.of("heap system, default are closed: /dev/shut does not open; join the group video"),
        lines(Level.WARNING));
  }

  @Test
  void thatThereIsNoHeapAtAllIsAWarningWithWhatWouldHelp() {
    Broker.builder()
        .heuristic(new InOrder())
        .heaps(finds(shut("system", Closed.Kind.MISSING)))
        .build()
        .close();
    assertEquals(
        List.of(
            "devices that are not cpuOnly() get no memory; no open heap has memory that drivers"
                + " import; closed heaps: system is closed: /dev/shut does not open; join the"
                + " group video"),
        lines(Level.WARNING));
  }

  @Test
  void quietByDefault() throws Exception {
    withMissingHeap().build().close();
    Attachment in = export().attach(broker.register(DeviceSpec.builder("camera").build()));
    write(in, 1);
    AtomicBoolean first = new AtomicBoolean(true);
    cma.onAllocate(
        () -> {
          if (first.getAndSet(false)) {
            throw new HeapException(HeapException.Kind.FULL, "full for once");
          }
        });
    Device display = broker.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).build());
    try (Attachment out = in.buffer().attach(display)) {
      Events.next(events.rolledBack); // And tried again, with success.
      assertEquals(1, read(out));
    }
    assertEquals(List.of(), records.stream().map(LogRecord::getMessage).toList());
  }

  @Test
  void aMoveThatIsGivenUpIsAWarningAndItsAttemptsAreNot() throws Exception {
    LOGGER.setLevel(Level.FINE);
    Device slow =
        broker.register(DeviceSpec.builder("slow").longestHold(Duration.ofMillis(1)).build());
    Attachment in = export().attach(slow);
    try (Mapping held = in.map(Access.WRITE)) {
      Device display =
          broker.register(DeviceSpec.builder("display").constraints(CONTIGUOUS).build());
      Attachment out = in.buffer().attach(display);
      for (int i = 0; i < 3; i++) {
        Events.next(events.rolledBack);
      }
      awaitLines(1);
      assertEquals(2, lines(Level.FINE).size(), records::toString);
      List<String> warnings = lines(Level.WARNING);
      assertEquals(1, warnings.size(), warnings::toString);
      assertTrue(
          warnings.get(0).startsWith("cannot move buffer-1 out of system to cma for display: "),
          warnings::toString);
      assertTrue(warnings.get(0).endsWith("; given up"), warnings::toString);
      out.close();
      assertTrue(held.isOpen());
    }
  }

  @Test
  void aLeakIsAWarningThatSaysWhatAndSinceWhen() {
    Leaks leaks = new Leaks(LeakTracking.ALWAYS, new Listeners(Time.ofMachine()), Time.ofMachine());
    Throwable site = new Throwable("made here");
    for (LeakFound.Kind kind : LeakFound.Kind.values()) {
      leaks.report(
          new EventRecords.LeakFound(
              kind,
              "frame",
              kind == LeakFound.Kind.BUFFER ? Optional.empty() : Optional.of("camera"),
              Optional.empty(),
              Duration.ofMillis(12),
              kind == LeakFound.Kind.MAPPING ? Optional.empty() : Optional.of(site)));
    }
    awaitLines(3);
    String rest =
        " was not closed, is unreachable since, and has been closed by the broker 12 ms after it"
            + " was made";
    assertEquals(
        Set.of(
            "buffer frame" + rest,
            "an attachment to frame for camera" + rest,
            "a mapping of frame for camera" + rest + "; where that was is not known"),
        Set.copyOf(lines(Level.WARNING)));
    assertEquals(2, records.stream().filter(line -> line.getThrown() == site).count());
    assertEquals(new StateRecords.LeakStats(1, 1, 1), leaks.snapshot());
  }

  @Test
  void aViolationOfAccessIsAWarningWithBothLinesOfCode() {
    Violations violations = new Violations(new Listeners(Time.ofMachine()), Time.ofMachine());
    Throwable first = new Throwable("mapped here");
    Throwable second = new Throwable("closed here");
    for (AccessViolation.Kind kind : AccessViolation.Kind.values()) {
      for (int i = 0; i < LogLimit.AT_ONCE; i++) {
        violations.report(
            new EventRecords.AccessViolation(
                kind,
                "frame",
                "camera",
                Access.READ,
                1,
                kind.name(),
                Optional.of(first),
                Optional.of(second)));
      }
    }
    awaitLines(AccessViolation.Kind.values().length * LogLimit.AT_ONCE); // A limit for each kind.
    List<String> lines = lines(Level.WARNING);
    assertTrue(
        lines.contains("access to frame by camera with READ: READER_WROTE"), lines::toString);
    Throwable both = records.get(0).getThrown();
    assertEquals("closed here", both.getMessage());
    assertArrayEquals(second.getStackTrace(), both.getStackTrace());
    assertSame(first, both.getCause());
  }

  @Test
  void linesAreLimited() {
    MoveLog log = new MoveLog(Time.ofMachine());
    for (int i = 0; i < 1000; i++) {
      log.rolledBack(Exceptions.moveFailed("no", List.of(), null), true);
    }
    awaitLines(LogLimit.AT_ONCE);
    int lines = lines(Level.WARNING).size();
    assertTrue(lines >= LogLimit.AT_ONCE && lines <= LogLimit.AT_ONCE + 1, lines + " lines");
  }

  @Test
  void aLogThatHangsHoldsUpNoThreadThatTells() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    LOGGER.setFilter(
        line -> {
          Await.latch(go);
          return true;
        });
    try {
      Listeners listeners = new Listeners(Time.ofMachine());
      AutoCloseable unused = listeners.add(new Angry(), Delivery.IN_PLACE);
      MoveLog moves = new MoveLog(Time.ofMachine());
      Leaks leaks = new Leaks(LeakTracking.ALWAYS, listeners, Time.ofMachine());
      for (int i = 0; i < LogLimit.AT_ONCE; i++) {
        listeners.tell(
            listener -> listener.released(new EventRecords.MemoryReleased("frame", "system", 1)));
        moves.rolledBack(Exceptions.moveFailed("no", List.of(), null), true);
        leaks.report(
            new EventRecords.LeakFound(
                LeakFound.Kind.BUFFER,
                "frame",
                Optional.empty(),
                Optional.empty(),
                Duration.ofMillis(12),
                Optional.empty()));
      }
      assertEquals(List.of(), lines(Level.WARNING));
    } finally {
      go.countDown();
      LOGGER.setFilter(null);
    }
    awaitLines(3 * LogLimit.AT_ONCE);
  }

  @Test
  void aListenerThatAlwaysThrowsDoesNotFloodTheLog() {
    Logger logger = Logger.getLogger(Listeners.class.getName());
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      Listeners listeners = new Listeners(Time.ofMachine());
      AutoCloseable unused = listeners.add(new Angry(), Delivery.IN_PLACE);
      for (int i = 0; i < 1000; i++) {
        listeners.tell(
            listener -> listener.released(new EventRecords.MemoryReleased("frame", "system", 1)));
      }
      awaitLines(LogLimit.AT_ONCE);
    } finally {
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
    List<String> lines = lines(Level.WARNING);
    assertTrue(
        lines.size() >= LogLimit.AT_ONCE && lines.size() <= LogLimit.AT_ONCE + 1, lines::toString);
    assertEquals("listener " + Angry.class.getName() + " threw", lines.get(0));
  }

  /** Not even its name can be had. */
  private static final class Angry implements BrokerListener {
    @Override
    public void released(MemoryReleased event) {
      throw new IllegalStateException("bug");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("another");
    }
  }
}
