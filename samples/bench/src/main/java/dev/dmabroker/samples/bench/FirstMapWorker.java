package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The life of buffers that are mapped once, timed. Answers {@code heaps} with the heaps that there
 * are, and {@code HEAP BYTES CYCLES} with the nanoseconds that so many cycles took.
 */
public final class FirstMapWorker {
  private final Broker broker;
  private final Map<String, Device> devices = new HashMap<>();

  private FirstMapWorker(Broker broker) {
    this.broker = broker;
  }

  /** Takes no arguments. */
  public static void main(String[] args) throws Exception {
    try (Broker broker =
        Broker.builder()
            .heaps(Heaps.memfd())
            .heaps(Heaps.udmabuf())
            .heaps(Heaps.dmaHeaps())
            .heuristic(new LeastCost())
            .build()) {
      Worker.serve(new FirstMapWorker(broker)::answer);
    }
  }

  private String answer(String[] words) {
    if (words[0].equals("heaps")) {
      return broker.snapshot().heaps().stream()
          .map(HeapState::name)
          .collect(Collectors.joining(" "));
    }
    Device device =
        devices.computeIfAbsent(
            words[0],
            heap ->
                broker.register(
                    heap, Constraints.builder().cpuOnly().permittedHeaps(heap).build()));
    long bytes = Long.parseLong(words[1]);
    int cycles = Integer.parseInt(words[2]);
    cycle(device, bytes, cycles / 10 + 1); // As the program in C does.
    long start = System.nanoTime();
    cycle(device, bytes, cycles);
    return Long.toString(System.nanoTime() - start);
  }

  private void cycle(Device device, long bytes, int cycles) {
    for (int i = 0; i < cycles; i++) {
      SharedBuffer buffer = broker.export(BlobSpec.of(bytes));
      Attachment attachment = buffer.attach(device);
      attachment.map(Access.OVERWRITE).close();
      attachment.close();
      buffer.close();
    }
  }
}
