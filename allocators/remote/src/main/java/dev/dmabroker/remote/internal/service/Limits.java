package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.remote.ClientLimits;

/** Tells a client its limits. */
final class Limits {
  private Limits() {}

  static dev.dmabroker.remote.internal.wire.Limits write(ClientLimits limits) {
    return dev.dmabroker.remote.internal.wire.Limits.newBuilder()
        .setPacketBytes(PacketSocket.MOST_BYTES)
        .setDescriptors(PacketSocket.MOST_DESCRIPTORS)
        .setRequests(limits.requests())
        .setDevices(limits.devices())
        .setBuffers(limits.buffers())
        .setAttachments(limits.attachments())
        .setStreams(limits.streams())
        .setTokens(limits.tokens())
        .setMemoryBytes(limits.memoryBytes())
        .setLongestHoldNanos(limits.longestHold().toNanos())
        .setMovesPerMinute(limits.movesPerMinute())
        .build();
  }
}
