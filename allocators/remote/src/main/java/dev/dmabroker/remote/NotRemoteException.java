package dev.dmabroker.remote;

import java.util.Objects;

/**
 * A method of a broker was called that cannot be served by another process. A {@link RemoteBroker}
 * serves all methods but those that {@link #operation} may name: {@code Broker.adopt}, as a service
 * cannot check what a process says of its memory, {@code Broker.rescan}, as the heaps are the
 * service's, streams with dispensable consumers ({@code StreamSpec.dispensable}), {@code
 * Attachment.fixedView}, and listeners that ask to be told in place. The text says what to do
 * instead.
 */
public final class NotRemoteException extends UnsupportedOperationException {
  private static final long serialVersionUID = 1;

  /** The method, such as {@code Broker.adopt}. */
  private final String operation;

  /**
   * Makes one.
   *
   * @param operation the method, such as {@code Broker.adopt}
   * @param why the reason, and what to do instead
   */
  public NotRemoteException(String operation, String why) {
    super(operation + " is not served by another process: " + why);
    this.operation = Objects.requireNonNull(operation, "operation");
  }

  /** {@return the method, such as {@code Broker.adopt}} */
  public String operation() {
    return operation;
  }
}
