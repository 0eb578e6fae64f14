package dev.dmabroker.allocators;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.allocators.linux.ChildJvm;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the JVM does not have to load, and to make, before a first buffer is mapped. */
class StartTest {
  /** Each of these takes milliseconds, for itself and for what it draws in. */
  private static final List<String> COSTLY =
      List.of(
          "java.lang.runtime.ObjectMethods", // makes equals, hashCode and toString of records
          "java.text.DecimalFormatSymbols", // the locale, for a formatted number
          "java.util.stream.SortedOps",
          "com.google.common.collect.CollectCollectors", // makes all of Guava's collectors
          "com.google.common.collect.MapMaker",
          "com.google.common.collect.Multimaps",
          "com.google.common.util.concurrent.ThreadFactoryBuilder");

  @Test
  void aFirstMapLoadsNothingCostly() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(List.of(), List.of("-Xlog:class+load=info"), FirstMap.class);
    assertEquals(0, result.status(), result.output());
    List<String> loaded = result.output().lines().flatMap(StartTest::loaded).toList();
    assertTrue(loaded.contains(Broker.class.getName()), result.output());
    assertEquals(List.of(), COSTLY.stream().filter(loaded::contains).toList());
  }

  /** The class that a line of the log tells of. */
  private static Stream<String> loaded(String line) {
    int tag = line.indexOf("[class,load] ");
    return tag < 0
        ? Stream.empty()
        : Stream.of(line.substring(tag + "[class,load] ".length()).split(" ", 2)[0]);
  }

  /** Does what an application does first. */
  static final class FirstMap {
    private FirstMap() {}

    /** Takes no arguments. */
    public static void main(String[] args) {
      try (Broker broker =
          Broker.builder()
              .heap(ModelledHeap.builder("start").build())
              .heuristic(new InOrder())
              .build()) {
        Attachment attachment =
            broker.export(BlobSpec.of(4096)).attach(broker.register("device", Constraints.none()));
        attachment.map(Access.OVERWRITE).close();
      }
    }
  }
}
