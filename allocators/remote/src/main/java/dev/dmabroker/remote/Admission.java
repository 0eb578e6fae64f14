package dev.dmabroker.remote;

import java.util.Objects;

/** The answer of an {@link AdmissionRule}: a client is taken, or refused. Immutable. */
public sealed interface Admission {

  /**
   * The client is taken.
   *
   * @param terms what it may have and do
   */
  record Admitted(ClientTerms terms) implements Admission {
    /**
     * Makes one.
     *
     * @param terms what the client may have and do
     */
    public Admitted {
      Objects.requireNonNull(terms, "terms");
    }
  }

  /**
   * The client is refused. It is told the reason, and the service's log names its process and user.
   *
   * @param reason for people
   */
  record Refused(String reason) implements Admission {
    /**
     * Makes one.
     *
     * @param reason for people
     */
    public Refused {
      Objects.requireNonNull(reason, "reason");
    }
  }
}
