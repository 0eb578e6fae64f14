package dev.dmabroker;

/**
 * The devices' alternatives and preferences have more combinations than the broker searches.
 * Devices that have one set of constraints each and no preferences about pictures, and that may not
 * be left out, never cause this.
 */
public final class SearchLimitException extends BrokerException {
  private static final long serialVersionUID = 1;

  SearchLimitException(String message) {
    super(message);
  }

  /** False: declare fewer alternatives, preferences or dispensable devices. */
  @Override
  public boolean isTransient() {
    return false;
  }
}
