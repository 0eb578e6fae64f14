package dev.dmabroker.remote.internal.client;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LinuxBacking;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Forget;
import dev.dmabroker.remote.internal.wire.Memory;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The memory that a service has sent descriptors of. A memory is kept while it is in use, and the
 * latest one of each buffer until the buffer's next one comes, so that a buffer that stays where it
 * is costs one descriptor. Thread-safe.
 */
final class Memories {

  /** A buffer that lies in one memory after another. */
  static final class Slot {
    private @Nullable Received latest;
    private boolean closed;
  }

  /** Memory that this process has a descriptor of. */
  static final class Received {
    final Backing backing;
    private final long number;
    private int uses;
    private int slots;
    private boolean leaving;

    private Received(long number, Backing backing) {
      this.number = number;
      this.backing = backing;
    }
  }

  /** One use of a memory, by a mapping or a frame. */
  record Use(Received received, long generation, String heap, long sizeBytes, Layout layout) {}

  private final Link link;
  private final Map<Long, Received> memories = new HashMap<>();

  Memories(Link link) {
    this.link = link;
  }

  /**
   * Takes a memory into use.
   *
   * @throws BadMessageException if what the service sent is not what the message says
   * @throws dev.dmabroker.DescriptorException if this process had no room for the descriptor; the
   *     next try may succeed
   */
  synchronized Use use(Slot slot, Memory message, Packet packet) throws BadMessageException {
    Layout layout = Specs.read(message.getLayout());
    Received received = memories.get(message.getMemory());
    if (received == null) {
      received = new Received(message.getMemory(), backing(message, packet));
      memories.put(received.number, received);
    }
    received.uses++;
    Received before = slot.latest;
    if (before != received && !slot.closed) {
      slot.latest = received;
      received.slots++;
      if (before != null) {
        before.slots--;
        leaveIfUnused(before);
      }
    }
    return new Use(
        received, message.getGeneration(), message.getHeap(), message.getSizeBytes(), layout);
  }

  private Backing backing(Memory message, Packet packet) throws BadMessageException {
    Fd fd = message.getHasDescriptor() ? packet.take(message.getDescriptor()) : null;
    if (fd == null) {
      forget(message.getMemory(), () -> {});
      if (packet.descriptorsLost()) {
        throw LostDescriptor.of("the memory's descriptor was lost");
      }
      throw new BadMessageException("memory " + message.getMemory() + " has no descriptor");
    }
    try {
      return LinuxBacking.received(
          fd, message.getSizeBytes(), "memory " + message.getMemory() + " of the service");
    } catch (HeapException e) {
      fd.close();
      forget(message.getMemory(), () -> {});
      throw new BadMessageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Ends a use. */
  synchronized void end(Use use) {
    use.received.uses--;
    leaveIfUnused(use.received);
  }

  /** The buffer is gone: its memory is kept no longer than it is in use. */
  synchronized void close(Slot slot) {
    Received latest = slot.latest;
    slot.closed = true;
    slot.latest = null;
    if (latest != null) {
      latest.slots--;
      leaveIfUnused(latest);
    }
  }

  private void leaveIfUnused(Received received) {
    if (received.uses == 0 && received.slots == 0 && !received.leaving) {
      received.leaving = true;
      forget(received.number, () -> left(received));
    }
  }

  private void forget(long memory, Runnable whenForgotten) {
    CompletableFuture<?> unused =
        link.ask(
                ToService.newBuilder().setForget(Forget.newBuilder().setMemory(memory)),
                answer -> answer)
            .whenComplete((answer, thrown) -> whenForgotten.run());
  }

  /** What the service sent before it forgot may have brought the memory into use again. */
  private synchronized void left(Received received) {
    received.leaving = false;
    if (received.uses == 0 && received.slots == 0) {
      memories.remove(received.number, received);
      received.backing.release();
    }
  }

  /** The connection has ended. Memory that is in use stays until its use ends. */
  synchronized void disconnected() {
    for (Received each : List.copyOf(memories.values())) {
      each.slots = 0;
      leaveIfUnused(each);
    }
  }
}
