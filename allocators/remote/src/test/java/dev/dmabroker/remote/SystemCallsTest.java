package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts the system calls of a client that maps a buffer which stays where it is (strace(1)). */
class SystemCallsTest {
  private static final String BEGIN = "/there-is-no-such-file-begin";
  private static final String END = "/there-is-no-such-file-end";

  /**
   * What a JVM does in a thread that runs Java code: it stops for the collector, or reads a class.
   */
  private static final List<String> OF_THE_JVM =
      List.of(
          "futex",
          "mprotect",
          "madvise",
          "mmap",
          "munmap",
          "sched_yield",
          "rt_sigreturn",
          "pread64");

  private static final int MOST_OF_THE_JVM = 2000;
  private static final Pattern CALL = Pattern.compile("^(\\d+) +(?:<\\.\\.\\. )?(\\w+)");

  @TempDir private Path folder;

  @Test
  void aMillionSettledMapsMakeNone() throws Exception {
    Path log = folder.resolve("strace");
    assumeTrue(canTrace(), "there is no strace, or it may not trace");
    Path socket = folder.resolve("socket");
    try (Broker broker =
            Broker.builder()
                .heuristic(new InOrder())
                .heap(ModelledHeap.builder("system").build())
                .build();
        BrokerService unused = BrokerService.builder(broker).start(socket);
        Child child =
            Child.start(
                folder,
                Map.of(),
                "strace",
                "-f",
                "-qq",
                "-o",
                log.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Mapper.class.getName(),
                socket.toString())) {
      assertEquals(0, child.awaitEnd(), child.toString());
    }
    Map<String, Integer> calls = calls(Files.readAllLines(log, StandardCharsets.ISO_8859_1));
    System.out.println(Mapper.MAPS + " settled maps and unmaps made these system calls: " + calls);
    int ofTheJvm = 0;
    for (String each : OF_THE_JVM) {
      Integer count = calls.remove(each);
      ofTheJvm += count == null ? 0 : count;
    }
    assertEquals(Map.of(), calls);
    assertTrue(ofTheJvm < MOST_OF_THE_JVM, ofTheJvm + " calls of the JVM");
  }

  private boolean canTrace() throws Exception {
    try (Child child = Child.start(folder, Map.of(), "strace", "-qq", "-o", "/dev/null", "true")) {
      return child.awaitEnd() == 0;
    } catch (java.io.IOException notThere) {
      return false;
    }
  }

  /** The system calls of the thread that made the two marks, between them. */
  private static Map<String, Integer> calls(List<String> lines) {
    Map<String, Integer> calls = new TreeMap<>();
    String thread = null;
    for (String line : lines) {
      Matcher call = CALL.matcher(line);
      if (!call.find()) {
        continue;
      }
      if (line.contains(BEGIN)) {
        thread = call.group(1);
      } else if (line.contains(END)) {
        assertEquals(call.group(1), thread);
        return calls;
      } else if (call.group(1).equals(thread) && !line.contains(" resumed>")) {
        calls.merge(call.group(2), 1, Integer::sum);
      }
    }
    throw new AssertionError("there is no end among " + lines.size() + " lines");
  }

  /** The client. */
  static final class Mapper {
    static final int MAPS = 1_000_000;
    private static final int WARM_UP = 50_000;

    private Mapper() {}

    public static void main(String[] arguments) throws Exception {
      try (RemoteBroker remote = RemoteBroker.connect(Path.of(arguments[0]), "mapper")) {
        Attachment attachment =
            remote
                .export(BlobSpec.of(4096))
                .attach(remote.register("camera", Constraints.builder().cpuOnly().build()));
        map(attachment, WARM_UP);
        mark(BEGIN);
        map(attachment, MAPS);
        mark(END);
      }
    }

    private static void map(Attachment attachment, int times) {
      for (int i = 0; i < times; i++) {
        attachment.map(Access.READ).close();
      }
    }

    private static void mark(String file) {
      if (Files.exists(Path.of(file))) {
        throw new AssertionError(file);
      }
    }
  }
}
