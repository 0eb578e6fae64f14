package dev.dmabroker.samples.broker;

/** The configuration says what the service cannot do. The text names file and line. */
final class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  ConfigurationException(String text) {
    super(text);
  }
}
