package dev.dmabroker.remote.internal.client;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.LinuxBacking;
import dev.dmabroker.remote.internal.socket.Packet;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Memory;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import java.util.HashMap;
import java.util.Map;

/**
 * The places of one buffer that the service has told this client of, with their descriptors. A
 * place is kept for as long as it is mapped, and the latest one until the next comes. Thread-safe.
 */
final class Memories {

  /** A place, and the descriptor of its memory. */
  static final class Place {
    final long generation;
    final String heap;
    final long sizeBytes;
    final Layout layout;
    final Backing backing;
    private int uses;

    private Place(Memory message, Layout layout, Backing backing) {
      generation = message.getGeneration();
      heap = message.getHeap();
      sizeBytes = message.getSizeBytes();
      this.layout = layout;
      this.backing = backing;
    }
  }

  private final Map<Long, Place> places = new HashMap<>();
  private long latest;
  private boolean closed;

  /**
   * Takes a place into use.
   *
   * @throws BadMessageException if its descriptor is missing, or is not what the message says
   */
  synchronized Place use(Memory message, Packet packet) throws BadMessageException {
    Place place = places.get(message.getGeneration());
    if (place == null) {
      place = new Place(message, Specs.read(message.getLayout()), backing(message, packet));
      places.put(place.generation, place);
      if (place.generation > latest) {
        Place before = places.get(latest);
        latest = place.generation;
        forgetIfUnused(before);
      }
    }
    place.uses++;
    return place;
  }

  private static Backing backing(Memory message, Packet packet) throws BadMessageException {
    Fd fd = message.getHasDescriptor() ? packet.take(message.getDescriptor()) : null;
    if (fd == null) {
      throw new BadMessageException(
          "the descriptor of generation " + message.getGeneration() + " did not arrive");
    }
    try {
      return LinuxBacking.received(
          fd, message.getSizeBytes(), "generation " + message.getGeneration());
    } catch (HeapException e) {
      fd.close();
      throw new BadMessageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Ends one use of a place. */
  synchronized void unuse(Place place) {
    place.uses--;
    forgetIfUnused(place);
  }

  private void forgetIfUnused(@org.jspecify.annotations.Nullable Place place) {
    if (place != null && place.uses == 0 && (closed || place.generation != latest)) {
      places.remove(place.generation);
      place.backing.release();
    }
  }

  /** Keeps no place from now on that is not in use. */
  synchronized void close() {
    closed = true;
    java.util.List.copyOf(places.values()).forEach(this::forgetIfUnused);
  }
}
