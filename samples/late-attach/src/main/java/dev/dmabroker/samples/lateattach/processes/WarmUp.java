package dev.dmabroker.samples.lateattach.processes;

import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Has a client's JVM, and the service's, load and compile what the job needs, with a scratch stream
 * of its own, whose frames move halfway: a camera that loses its first frames to its own start
 * would say nothing of the broker.
 */
final class WarmUp {
  private static final int FRAMES = 300;
  private static final int BYTES = 64 << 10;

  private WarmUp() {}

  /** Lets frames go round, and half of them to a late device, too; returns how many. */
  static int run(RemoteBroker broker) {
    Constraints cpu = Constraints.builder().cpuOnly().build();
    Constraints contiguous = Constraints.builder().cpuReach().contiguous().build();
    try (Device producer = broker.register("warm-up-in", cpu);
        Device taker = broker.register("warm-up-out", cpu);
        BufferStream stream =
            broker.stream(StreamSpec.of("warm-up", BlobSpec.of(BYTES), producer));
        StreamConsumer consumer = stream.consumer(taker, StreamConsumer.Policy.EVERY_FRAME)) {
      stream.start();
      goRound(stream, List.of(consumer));
      try (Device late = broker.register("warm-up-late", contiguous);
          StreamConsumer strict = stream.consumer(late, StreamConsumer.Policy.EVERY_FRAME)) {
        goRound(stream, List.of(consumer, strict));
      }
    }
    return FRAMES;
  }

  private static void goRound(BufferStream stream, List<StreamConsumer> consumers) {
    for (int number = 0; number < FRAMES / 2; number++) {
      EmptyFrame empty = stream.acquire();
      fill(empty.mapping(), number);
      empty.submit();
      for (StreamConsumer consumer : consumers) {
        try (Frame frame = consumer.take()) {
          check(frame.mapping());
        }
      }
    }
  }

  private static void fill(MappedMemory memory, int number) {
    try (CpuView view = memory.cpuView()) {
      Stamp.fill(bytes(view), number);
    }
  }

  private static void check(MappedMemory memory) {
    try (CpuView view = memory.cpuView()) {
      if (!Stamp.isIntact(bytes(view))) {
        throw new IllegalStateException("a frame of the warm-up is corrupt");
      }
    }
  }

  private static ByteBuffer bytes(CpuView view) {
    return view.bytes(0, BYTES);
  }
}
