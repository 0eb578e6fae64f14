package dev.dmabroker.internal.stream;

import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.internal.watch.StateRecords;
import java.util.Optional;

/** What a snapshot of the broker tells about one stream. */
final class StreamReport {
  private final StreamUse use;
  private final StreamGrowth growth;
  private final Circulation circulation;

  StreamReport(StreamUse use, StreamGrowth growth, Circulation circulation) {
    this.use = use;
    this.growth = growth;
    this.circulation = circulation;
  }

  /** The stream's state now. Takes the lock. */
  StreamState snapshot() {
    StreamLife life = use.life;
    StreamSpec spec = life.spec;
    synchronized (life.lock) {
      int depth = use.pool.depth();
      int free = use.pool.free();
      // What is neither free nor with the producer is in flight.
      int filling = use.filling();
      return new StateRecords.StreamState(
          spec.name(),
          life.state(),
          depth,
          growth.floor(),
          spec.maxBuffers(),
          use.pool.sizeBytes(),
          free,
          filling,
          /* inFlight= */ depth - free - filling,
          circulation.acquirers().waiting(),
          use.submitted.count(),
          circulation.failed(),
          growth.starved(),
          growth.grown(),
          growth.shrunk(),
          growth.shortage().refused(),
          circulation.scrubbed(),
          circulation.dispensables().leftOut(),
          Optional.ofNullable(growth.shortage().heldBack()),
          use.filling.snapshot(),
          use.devices.consumers().stream().map(AttachedConsumer::state).toList());
    }
  }
}
