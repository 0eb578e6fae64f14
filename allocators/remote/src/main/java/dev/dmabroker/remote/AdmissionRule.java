package dev.dmabroker.remote;

import dev.dmabroker.allocators.linux.socket.PeerCredentials;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.remote.Admission.Refused;
import java.util.Objects;

/** Decides which processes may be clients of a service, and on which terms. Thread-safe. */
@FunctionalInterface
public interface AdmissionRule {

  /**
   * Decides about a process that has connected. It is asked on a thread of the service, where it
   * may take time: the process waits, and no other client does. What it throws refuses the client.
   *
   * @param peer the process, of this PID namespace and a user of this user namespace
   * @return whether it may be a client, and on which terms
   */
  Admission decide(Peer peer);

  /**
   * Takes the processes of the user that the service runs as, and no others.
   *
   * @param terms on which it takes each of them
   * @return the rule
   */
  static AdmissionRule ownUser(ClientTerms terms) {
    Objects.requireNonNull(terms, "terms");
    int own = PeerCredentials.ownUser();
    return peer ->
        peer.uid() == own
            ? new Admitted(terms)
            : new Refused(
                "the service takes clients of user "
                    + own
                    + " alone, which it runs as; a rule in its configuration lets user "
                    + peer.uid()
                    + " in");
  }
}
