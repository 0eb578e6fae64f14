package dev.dmabroker.internal.stream;

import dev.dmabroker.Holder;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the buffers of a stream are: free in the pool, with the producer, submitted, or with the
 * consumers. The stream's lock guards all state.
 */
final class StreamUse {
  final StreamLife life;
  final StreamPool pool;

  /** The frames that the producer fills. */
  final Holdings filling;

  final SubmittedFrames submitted = new SubmittedFrames();
  final StreamDevices devices;

  StreamUse(StreamLife life) {
    this.life = life;
    this.pool = new StreamPool(life.spec);
    this.filling = new Holdings(life.spec.name(), life.producer);
    this.devices = new StreamDevices(life.producer);
    life.addPart(pool::keep);
    life.addPart(filling::keep);
    life.addPart(submitted::keep);
    life.addPart(devices::keep);
  }

  /**
   * How many of the stream's buffers the producer has. A stream that is closed has no buffers any
   * more, whatever frames the producer still holds. Under the lock.
   */
  int filling() {
    return (int) filling.copy().stream().filter(frame -> !frame.buffer().isGone()).count();
  }

  /** Tells where the buffers are, in words, for errors; with the lock or without. */
  String describe() {
    synchronized (life.lock) {
      long now = life.exactNow();
      StringBuilder text = new StringBuilder("of ");
      text.append(pool.depth()).append(" buffers ").append(pool.free()).append(" are free, ");
      text.append(filling.describe(now));
      for (AttachedConsumer consumer : devices.consumers()) {
        text.append(", ").append(consumer.describeUse(now));
      }
      if (submitted.waiting() > 0) {
        text.append(", ").append(submitted.waiting()).append(" wait for a fence");
      }
      return text.toString();
    }
  }

  /** The holders of a mapping of any buffer of the stream. Called without the lock. */
  List<Holder> holders() {
    List<StreamBuffer> buffers;
    synchronized (life.lock) {
      buffers = pool.copy();
    }
    List<Holder> holders = new ArrayList<>();
    buffers.forEach(buffer -> holders.addAll(buffer.buffer().life.currentHolders()));
    return holders;
  }
}
