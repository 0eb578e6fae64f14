package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the JVM's optimizing compiler (C2) makes of mapping and unmapping a settled buffer, as a JVM
 * of its own logs it. Beyond a size the compiler stops to put the methods of a map into their
 * callers, and then each map makes an object.
 */
class MapCodeTest {
  /**
   * Instructions of {@link Child#mapAndUnmap} on x86-64 with G1: 1,184 to 1,440 bytes, depending on
   * how often the clock was read exactly while the JVM still counted. About 350 are the way that is
   * taken, 70 the frame and the check what the attachment is, 150 to 400 the exact reading of the
   * clock, and the rest the stubs by which rare branches go back to the interpreter.
   */
  private static final int MOST_BYTES_ON_X86 = 1500;

  /** A mapping is 32 bytes; leaks are sampled now and then, and a sample makes a stack trace. */
  private static final double MOST_GARBAGE_BYTES = 0.5;

  /** Other processes may hold the child up so that its clock takes maps for rare. */
  private static final int TRIES = 3;

  private static final String ATTRIBUTE = "%s='(\\d+)'";

  /**
   * What a child found.
   *
   * @param garbageBytes what a map and an unmap leave to the collector
   * @param codeBytes the size of their instructions; empty if the log does not tell
   */
  private record Found(double garbageBytes, OptionalInt codeBytes) {}

  @Test
  void theCodeOfAMapIsShort(@TempDir Path folder) throws Exception {
    String architecture = System.getProperty("os.arch");
    assumeTrue("amd64".equals(architecture), "what is short on " + architecture + " is not known");
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < TRIES && least > MOST_BYTES_ON_X86; i++) {
      OptionalInt bytes = run(folder, Child.SETTLED).codeBytes();
      assumeTrue(bytes.isPresent(), "this JVM logs no sizes of what C2 compiles");
      least = Math.min(least, bytes.getAsInt());
    }
    assertTrue(least <= MOST_BYTES_ON_X86, "map and unmap take " + least + " bytes of code");
  }

  @Test
  void aMapMakesNoGarbage(@TempDir Path folder) throws Exception {
    assertNoGarbage(folder, Child.SETTLED);
  }

  @Test
  void aMapMakesNoGarbageAfterGatesWereShutNowAndThen(@TempDir Path folder) throws Exception {
    assertNoGarbage(folder, Child.SHUT_NOW_AND_THEN);
  }

  private static void assertNoGarbage(Path folder, String before)
      throws IOException, InterruptedException {
    double least = Double.MAX_VALUE;
    for (int i = 0; i < TRIES && least > MOST_GARBAGE_BYTES; i++) {
      Found found = run(folder, before);
      assumeTrue(found.codeBytes().isPresent(), "this JVM does not say that C2 compiled anything");
      least = Math.min(least, found.garbageBytes());
    }
    assertTrue(least <= MOST_GARBAGE_BYTES, "map and unmap leave " + least + " bytes of garbage");
  }

  private static Found run(Path folder, String before) throws IOException, InterruptedException {
    Path log = folder.resolve("compilations.xml");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseG1GC",
                "-Xbatch",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=dontinline," + Child.class.getName() + "::mapAndUnmap",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:+LogCompilation",
                "-XX:LogFile=" + log,
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                before)
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = child.waitFor();
    assumeTrue(!said.contains("Unrecognized VM option"), "this JVM has no such log: " + said);
    assertEquals(0, status, said);
    return new Found(Double.parseDouble(said.strip()), codeBytes(log));
  }

  /** Of what was compiled last, if it was compiled more than once. */
  private static OptionalInt codeBytes(Path log) throws IOException {
    if (!Files.exists(log)) {
      return OptionalInt.empty();
    }
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith("<nmethod") && line.contains(" compiler='c2'"))
          .filter(line -> line.contains("Child mapAndUnmap "))
          .reduce((earlier, later) -> later)
          .map(line -> new long[] {number(line, "stub_offset"), number(line, "insts_offset")})
          .filter(offsets -> offsets[0] > 0 && offsets[1] > 0)
          .map(offsets -> OptionalInt.of(Math.toIntExact(offsets[0] - offsets[1])))
          .orElse(OptionalInt.empty());
    }
  }

  private static long number(String line, String attribute) {
    Matcher found = Pattern.compile(" " + ATTRIBUTE.formatted(attribute)).matcher(line);
    return found.find() ? Long.parseLong(found.group(1)) : -1;
  }

  /**
   * Maps and unmaps a settled buffer, and prints how many bytes of garbage that makes each time.
   */
  static final class Child {
    static final String SETTLED = "settled";
    static final String SHUT_NOW_AND_THEN = "shut-now-and-then";

    private static final int WARM_UP = 1_000_000;
    private static final int MEASURED = 1_000_000;

    private Child() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
      try (Broker broker =
          Broker.builder().heap(ScriptedHeap.system()).heuristic(new InOrder()).build()) {
        SharedBuffer buffer = broker.export(BlobSpec.of(4096));
        Attachment attachment = buffer.attach(broker.register("device", Constraints.none()));
        if (arguments[0].equals(SHUT_NOW_AND_THEN)) {
          for (int i = 0; i < 100; i++) {
            assertTrue(buffer.tryEvacuate());
            repeat(attachment, 400);
          }
        }
        repeat(attachment, WARM_UP);
        long before = allocatedBytes();
        repeat(attachment, MEASURED);
        System.out.println((double) (allocatedBytes() - before) / MEASURED);
      }
    }

    private static void repeat(Attachment attachment, int times) {
      for (int i = 0; i < times; i++) {
        mapAndUnmap(attachment);
      }
    }

    private static void mapAndUnmap(Attachment attachment) {
      attachment.map(Access.READ).close();
    }

    /** What this thread has allocated. The tests' module does not read {@code java.management}. */
    private static long allocatedBytes() throws ReflectiveOperationException {
      Object threads =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      return (long)
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getThreadAllocatedBytes", long.class)
              .invoke(threads, Thread.currentThread().getId());
    }
  }
}
