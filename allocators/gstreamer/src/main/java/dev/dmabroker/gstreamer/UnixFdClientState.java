package dev.dmabroker.gstreamer;

import dev.dmabroker.StreamConsumer;

/**
 * One client of a {@link UnixFdServer} at one moment. Immutable.
 *
 * @param name the name of the client's device in the broker
 * @param peer the process that connected
 * @param policy which frames it gets
 * @param held how many frames it holds
 * @param sent how many frames it was sent
 */
public record UnixFdClientState(
    String name, UnixFdPeer peer, StreamConsumer.Policy policy, int held, long sent) {}
