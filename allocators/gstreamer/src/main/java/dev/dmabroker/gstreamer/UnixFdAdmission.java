package dev.dmabroker.gstreamer;

import dev.dmabroker.StreamConsumer;
import dev.dmabroker.allocators.linux.socket.PeerCredentials;
import java.util.Optional;

/**
 * Decides which processes a {@link UnixFdServer} serves, and which frames each gets. The server's
 * one thread asks, so that a rule must not block.
 */
@FunctionalInterface
public interface UnixFdAdmission {
  /**
   * Decides about one process.
   *
   * @param peer the process that has connected
   * @return which frames it gets; empty to refuse it
   */
  Optional<StreamConsumer.Policy> admit(UnixFdPeer peer);

  /**
   * Admits the processes of the user that this process runs as, and of root.
   *
   * @param policy which frames each of them gets
   * @return the rule, which any thread may use
   */
  static UnixFdAdmission ownUser(StreamConsumer.Policy policy) {
    int own = PeerCredentials.ownUser();
    return peer -> peer.uid() == own || peer.uid() == 0 ? Optional.of(policy) : Optional.empty();
  }
}
