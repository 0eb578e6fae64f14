package dev.dmabroker.samples.broker;

/**
 * A value with where it comes from.
 *
 * @param text as it is written
 * @param value as it is used
 * @param origin the default, a line of a file, or an option
 */
record Setting(String text, Object value, String origin) {
  private static final String STANDARD = "default";

  /** The value that counts where none is given. */
  static Setting standard(Key<?> key) {
    return new Setting(key.standard(), key.form().read(key.standard()), STANDARD);
  }

  /**
   * Reads a value.
   *
   * @throws ConfigurationException if the key wants another form; names the origin
   */
  static Setting read(Key<?> key, String text, String origin) throws ConfigurationException {
    try {
      return new Setting(text, key.form().read(text), origin);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          origin + ": " + key + " " + e.getMessage() + ", not '" + text + "'");
    }
  }

  boolean isStandard() {
    return origin.equals(STANDARD);
  }
}
