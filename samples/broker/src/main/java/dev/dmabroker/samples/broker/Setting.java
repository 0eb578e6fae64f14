package dev.dmabroker.samples.broker;

/**
 * A value with where it comes from.
 *
 * @param text as it is written, in the key's form
 * @param origin the default, a line of a file, or an option
 */
record Setting(String text, String origin) {
  private static final String STANDARD = "default";

  /** The value that counts where none is given. */
  static Setting standard(Key<?> key) {
    return new Setting(key.standard(), STANDARD);
  }

  /**
   * Takes a value.
   *
   * @throws ConfigurationException if the key wants another form; names the origin
   */
  static Setting of(Key<?> key, String text, String origin) throws ConfigurationException {
    try {
      Object unused = key.form().read(text);
      return new Setting(text, origin);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          origin + ": " + key + " " + e.getMessage() + ", not '" + text + "'");
    }
  }

  boolean isStandard() {
    return origin.equals(STANDARD);
  }
}
