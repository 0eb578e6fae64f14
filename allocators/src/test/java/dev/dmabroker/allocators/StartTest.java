package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.ChildJvm;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.testing.InOrder;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the JVM does not have to load, and to make, before a first buffer has moved. */
class StartTest {
  /** Each of these takes milliseconds, for itself and for what it draws in. */
  private static final List<String> COSTLY =
      List.of(
          "java.lang.runtime.ObjectMethods", // makes equals, hashCode and toString of records
          "java.text.DecimalFormatSymbols", // the locale, for a formatted number
          "java.util.stream.SortedOps",
          "com.google.common.collect.FluentIterable",
          "com.google.common.collect.CollectCollectors", // makes all of Guava's collectors
          "com.google.common.collect.MapMaker",
          "com.google.common.collect.Multimaps",
          "com.google.common.util.concurrent.ThreadFactoryBuilder");

  @Test
  void aFirstMoveLoadsNothingCostly() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(List.of(), List.of("-Xlog:class+load=info"), FirstMove.class);
    assertEquals(0, result.status(), result.output());
    List<String> loaded = result.output().lines().flatMap(StartTest::loaded).toList();
    assertTrue(loaded.contains(Broker.class.getName()), result.output());
    assertTrue(result.output().contains("moved: generation 2"), result.output());
    assertEquals(
        List.of(),
        COSTLY.stream().filter(loaded::contains).toList(),
        () ->
            "it said " + result.output().lines().filter(it -> !it.contains("class,load")).toList());
  }

  /** The class that a line of the log tells of. */
  private static Stream<String> loaded(String line) {
    int tag = line.indexOf("[class,load] ");
    return tag < 0
        ? Stream.empty()
        : Stream.of(line.substring(tag + "[class,load] ".length()).split(" ", 2)[0]);
  }

  /** Does what an application does first: maps, prints where, and has the buffer move. */
  static final class FirstMove {
    private FirstMove() {}

    /** Takes no arguments. */
    public static void main(String[] args) {
      try (Broker broker =
          Broker.builder()
              .heap(ModelledHeap.builder("any").build())
              .heap(ModelledHeap.builder("contiguous").contiguous(true).build())
              .discoverHeaps()
              .heuristic(new InOrder())
              // Under an emulator a mapping lasts seconds here, and a line in the log formats a
              // date.
              .longestHold(Duration.ofMinutes(5))
              .build()) {
        SharedBuffer buffer = broker.export(ImageSpec.of(64, 64, PixelFormat.NV12));
        // Kept: the broker closes what nothing refers to, and says so in the log.
        Attachment any = buffer.attach(broker.register("any", Constraints.none()));
        try (Mapping mapping = any.map(Access.OVERWRITE)) {
          System.out.println(mapping.layout());
        }
        Constraints strict = Constraints.builder().contiguous().strideAlignment(64).build();
        Attachment moved = buffer.attach(broker.register("strict", strict));
        try (Mapping mapping = moved.map(Access.READ)) {
          System.out.println("moved: generation " + mapping.generation());
        }
        any.close();
        moved.close();
      }
    }
  }
}
