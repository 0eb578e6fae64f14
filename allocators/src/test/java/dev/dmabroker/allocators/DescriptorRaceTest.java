package dev.dmabroker.allocators;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.linux.OwnProcess;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.InOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Threads that duplicate a mapping's descriptor while it is closed and numbers are given anew. */
class DescriptorRaceTest {
  private static final int ROUNDS = 60;
  private static final Path MARKER = Path.of("/dev/zero");

  @Test
  void eachDuplicateIsOfTheMemory() throws Exception {
    int before = OwnProcess.memoryDescriptors();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try (Broker broker =
        Broker.builder()
            .heap(Machine.open(Heaps.memfd(), "memfd", "memfds"))
            .heuristic(new InOrder())
            .build()) {
      var device = broker.register("peer", Constraints.builder().cpuOnly().build());
      Future<?> marker = pool.submit(() -> openAndClose(over));
      for (int round = 0; round < ROUNDS; round++) {
        SharedBuffer buffer = broker.export("raced", BlobSpec.of(1));
        Attachment attachment = buffer.attach(device);
        Mapping mapping = attachment.map(Access.READ);
        CountDownLatch started = new CountDownLatch(2);
        Callable<Boolean> task = () -> duplicate(mapping, started);
        List<Future<Boolean>> duplicated = List.of(pool.submit(task), pool.submit(task));
        assertTrue(started.await(2, MINUTES));
        mapping.close();
        attachment.close();
        buffer.close();
        for (Future<Boolean> each : duplicated) {
          assertTrue(each.get(2, MINUTES));
        }
      }
      over.set(true);
      marker.get(2, MINUTES);
    } finally {
      over.set(true);
      pool.shutdown();
    }
    assertEquals(before, OwnProcess.memoryDescriptors());
  }

  /** Opens another file again and again, which gets each number that becomes free. */
  private static void openAndClose(AtomicBoolean over) {
    while (!over.get()) {
      OwnProcess.close(OwnProcess.open(MARKER));
    }
  }

  /** Duplicates the descriptor until the mapping is closed: whether each was of the memory. */
  private static boolean duplicate(Mapping mapping, CountDownLatch started) {
    boolean memory = true;
    while (true) {
      int duplicate;
      try {
        duplicate = mapping.dupFd();
      } catch (ClosedException e) {
        return memory;
      } finally {
        started.countDown();
      }
      memory &= OwnProcess.target(duplicate).startsWith("/memfd:");
      OwnProcess.close(duplicate);
    }
  }
}
