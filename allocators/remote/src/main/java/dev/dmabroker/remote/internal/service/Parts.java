package dev.dmabroker.remote.internal.service;

import com.google.protobuf.ByteString;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.remote.internal.wire.Part;
import dev.dmabroker.remote.internal.wire.ToClient;
import java.util.ArrayList;
import java.util.List;

/** Cuts a message that is longer than a packet into parts. */
final class Parts {
  /** Leaves room in a packet for what stands around a part. */
  private static final int PART_BYTES = PacketSocket.MOST_BYTES - 64;

  private Parts() {}

  /** The packets that a message is sent in, which belong to one answer. */
  static List<byte[]> of(long number, byte[] message) {
    ByteString whole = ByteString.copyFrom(message);
    List<byte[]> packets = new ArrayList<>();
    for (int from = 0; from < whole.size(); from += PART_BYTES) {
      int to = Math.min(from + PART_BYTES, whole.size());
      Part.Builder part =
          Part.newBuilder().setPiece(whole.substring(from, to)).setLast(to == whole.size());
      packets.add(ToClient.newBuilder().setNumber(number).setPart(part).build().toByteArray());
    }
    return packets;
  }
}
