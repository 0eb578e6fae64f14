package dev.dmabroker.gstreamer;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Received;
import dev.dmabroker.allocators.linux.socket.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a connection's bytes into messages. It never asks for more bytes than the header or the
 * payload still needs, so that the descriptors that come belong to the message that is being read.
 * Not thread-safe.
 */
final class MessageReader implements AutoCloseable {
  private final StreamSocket socket;
  private final int mostPayloadBytes;
  private final int mostDescriptors;

  private final ByteBuffer header =
      ByteBuffer.allocate(Message.HEADER_BYTES).order(ByteOrder.nativeOrder());

  private @Nullable ByteBuffer payload;
  private List<Fd> descriptors = new ArrayList<>();
  private boolean ended;

  /**
   * Makes a reader.
   *
   * @param mostPayloadBytes a message with more is refused
   * @param mostDescriptors a message with more is refused
   */
  MessageReader(StreamSocket socket, int mostPayloadBytes, int mostDescriptors) {
    this.socket = socket;
    this.mostPayloadBytes = mostPayloadBytes;
    this.mostDescriptors = mostDescriptors;
  }

  /**
   * Reads the next message.
   *
   * @param wait whether to wait for it
   * @return null if it is not there in whole yet, or if the connection has ended
   * @throws BadMessageException if it is longer, or has more descriptors, than it may
   * @throws IOException if reading fails
   */
  @Nullable Message read(boolean wait) throws IOException {
    while (!ended) {
      ByteBuffer current = payload == null ? header : payload;
      if (current.hasRemaining() && !fill(current, wait)) {
        return null;
      }
      if (current.hasRemaining()) {
        continue;
      }
      if (payload == null) {
        begin();
      } else {
        return end(payload);
      }
    }
    return null;
  }

  /** Whether the connection has ended. */
  boolean ended() {
    return ended;
  }

  private boolean fill(ByteBuffer part, boolean wait) throws IOException {
    int most = Math.min(part.remaining(), StreamSocket.MOST_BYTES);
    Received received = wait ? socket.receive(most) : socket.tryReceive(most);
    Packet packet = received.packet();
    if (packet == null) {
      ended = received.ended();
      return false;
    }
    try (packet) {
      part.put(packet.bytes());
      for (int i = 0; i < packet.descriptors(); i++) {
        Fd each = packet.take(i);
        if (each != null) {
          descriptors.add(each);
        }
      }
      if (packet.descriptorsLost()) {
        throw new BadMessageException(
            "descriptors of a message were lost: it has too many, or this process has none left"
                + " (ulimit -n)");
      }
    }
    if (descriptors.size() > mostDescriptors) {
      throw new BadMessageException(
          "a message has " + descriptors.size() + " descriptors, and may have " + mostDescriptors);
    }
    return true;
  }

  private void begin() throws BadMessageException {
    long bytes = Integer.toUnsignedLong(header.getInt(Integer.BYTES));
    if (bytes > mostPayloadBytes) {
      throw new BadMessageException(
          "a message of " + bytes + " bytes is longer than " + mostPayloadBytes);
    }
    payload = ByteBuffer.allocate((int) bytes);
  }

  private Message end(ByteBuffer whole) {
    Message message =
        new Message(header.getInt(0), whole.flip().asReadOnlyBuffer(), List.copyOf(descriptors));
    descriptors = new ArrayList<>();
    header.clear();
    payload = null;
    return message;
  }

  /** Closes the descriptors of a message that has not come in whole. */
  @Override
  public void close() {
    descriptors.forEach(Fd::close);
    descriptors.clear();
  }
}
