package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A buffer that moves to and fro between two heaps, as two devices attach of which each takes one.
 */
final class Shuttle implements AutoCloseable {
  private static final long LONGEST_SECONDS = 30;

  private final BlockingQueue<BufferMove> moves = new LinkedBlockingQueue<>();
  private final Broker broker;
  private final SharedBuffer buffer;
  private final Attachment reader;
  private Device next;
  private Device other;
  private Attachment strict;

  Shuttle(BufferSpec spec) {
    broker =
        Broker.builder()
            .heap(ModelledHeap.builder("left").build())
            .heap(ModelledHeap.builder("right").build())
            .heuristic(new LeastCost())
            .listener(
                new BrokerListener() {
                  @Override
                  public void moved(BufferMove event) {
                    moves.add(event);
                  }
                })
            .build();
    next = broker.register("at right", Constraints.builder().permittedHeaps("right").build());
    other = broker.register("at left", Constraints.builder().permittedHeaps("left").build());
    buffer = broker.export(spec);
    strict = buffer.attach(other);
    reader = buffer.attach(broker.register("reader", Constraints.none()));
    try (Mapping mapping = strict.map(Access.OVERWRITE);
        CpuView view = mapping.cpuView()) {
      view.bytes().putLong(0, 1); // Contents that are worth a copy.
    }
  }

  /** Of a device that is content with either heap. */
  Attachment reader() {
    return reader;
  }

  /**
   * One move.
   *
   * @param access what the device that needs it maps with: OVERWRITE lets the contents die
   */
  BufferMove move(Access access) throws InterruptedException {
    strict.close();
    strict = buffer.attach(next);
    Device reached = next;
    next = other;
    other = reached;
    strict.map(access).close();
    BufferMove move = moves.poll(LONGEST_SECONDS, TimeUnit.SECONDS);
    if (move == null) {
      throw new MeasuringException("there was no move for " + reached.name());
    }
    return move;
  }

  @Override
  public void close() {
    broker.close();
  }
}
