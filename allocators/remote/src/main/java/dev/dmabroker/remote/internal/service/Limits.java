package dev.dmabroker.remote.internal.service;

import dev.dmabroker.remote.internal.socket.PacketSocket;
import java.time.Duration;

/**
 * What one client may have and do at most.
 *
 * @param requests unanswered at a time
 * @param devices registered at a time
 * @param buffers open at a time
 * @param attachments open at a time
 * @param mappings open at a time, those by messages
 * @param streams open at a time, and as many consumers
 * @param longestHold the most that a device may declare
 */
public record Limits(
    int requests,
    int devices,
    int buffers,
    int attachments,
    int mappings,
    int streams,
    Duration longestHold) {
  /** What a service grants if it is not told otherwise. */
  public static final Limits USUAL =
      new Limits(256, 64, 1024, 4096, 4096, 64, Duration.ofSeconds(5));

  dev.dmabroker.remote.internal.wire.Limits write() {
    return dev.dmabroker.remote.internal.wire.Limits.newBuilder()
        .setPacketBytes(PacketSocket.MOST_BYTES)
        .setRequests(requests)
        .setDescriptors(PacketSocket.MOST_DESCRIPTORS)
        .setDevices(devices)
        .setBuffers(buffers)
        .setAttachments(attachments)
        .setStreams(streams)
        .setLongestHoldNanos(longestHold.toNanos())
        .build();
  }
}
