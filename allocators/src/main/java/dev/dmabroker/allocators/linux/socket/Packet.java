package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Fd;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One packet that was received, with its descriptors. The descriptors that nobody has taken are
 * closed with the packet. Not thread-safe.
 */
public final class Packet implements AutoCloseable {
  private final ByteBuffer bytes;
  private final List<@Nullable Fd> descriptors;
  private final boolean descriptorsLost;
  private final @Nullable PeerCredentials sender;

  Packet(
      ByteBuffer bytes,
      List<Fd> descriptors,
      boolean descriptorsLost,
      @Nullable PeerCredentials sender) {
    this.sender = sender;
    this.bytes = bytes;
    this.descriptors = new ArrayList<>(descriptors);
    this.descriptorsLost = descriptorsLost;
  }

  /** The contents, read-only, from their position 0. */
  public ByteBuffer bytes() {
    return bytes.asReadOnlyBuffer();
  }

  /**
   * The process that sent it, which need not be the one that connected; null if the receiving
   * socket does not ask for it. One of another PID namespace has the number 0.
   */
  public @Nullable PeerCredentials sender() {
    return sender;
  }

  /** How many descriptors have come. */
  public int descriptors() {
    return descriptors.size();
  }

  /**
   * Whether the packet had more descriptors than have come, as this process had no room for them
   * (MSG_CTRUNC in recvmsg(2)).
   */
  public boolean descriptorsLost() {
    return descriptorsLost;
  }

  /**
   * Takes a descriptor over.
   *
   * @return null if there is none of this index, or if it has been taken
   */
  public @Nullable Fd take(int index) {
    return index < 0 || index >= descriptors.size() ? null : descriptors.set(index, null);
  }

  /** Closes the descriptors that were not taken. */
  @Override
  public void close() {
    for (Fd each : descriptors) {
      if (each != null) {
        each.close();
      }
    }
    descriptors.clear();
  }
}
