package dev.dmabroker;

/** The devices' alternatives and preferences have more combinations than the broker searches. */
public final class SearchLimitException extends BrokerException {
  private static final long serialVersionUID = 1;

  SearchLimitException(String message) {
    super(message);
  }
}
