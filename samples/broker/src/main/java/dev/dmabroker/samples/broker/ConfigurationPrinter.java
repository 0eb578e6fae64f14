package dev.dmabroker.samples.broker;

import java.util.Map;

/** Writes configurations, with what each key means. */
final class ConfigurationPrinter {
  private final StringBuilder text = new StringBuilder();

  private ConfigurationPrinter() {}

  /**
   * The configuration that counts, with where each value comes from. As a file it gives the
   * configuration again.
   */
  static String effective(Configuration configuration) {
    ConfigurationPrinter printer = new ConfigurationPrinter();
    printer.line(
        "# The configuration that counts. '# from:' says where the value below comes from.");
    for (String section : Key.SECTIONS) {
      printer.line("");
      printer.line("[" + section + "]");
      for (Key<?> key : Key.of(section)) {
        printer.comment(key);
        printer.value(key, configuration.setting(key));
      }
    }
    for (ClientSection section : configuration.clients()) {
      printer.line("");
      printer.line("# from: " + section.origin());
      printer.line("[" + section.title() + "]");
      for (Map.Entry<Key<?>, Setting> own : section.own().entrySet()) {
        printer.value(own.getKey(), own.getValue());
      }
    }
    return printer.text.toString();
  }

  /** A file to begin with: each key with its default, behind a comment sign. */
  static String template() {
    ConfigurationPrinter printer = new ConfigurationPrinter();
    printer.line("# The configuration of dmabroker's service. Each key is shown with its default.");
    printer.line(
        "# 'dmabroker --config FILE --print-config' shows what counts, and checks the file.");
    for (String section : Key.SECTIONS) {
      printer.line("");
      printer.line("[" + section + "]");
      for (Key<?> key : Key.of(section)) {
        printer.comment(key);
        printer.line("#" + key.name() + " = " + key.standard());
        printer.line("");
      }
      printer.text.setLength(printer.text.length() - 1);
    }
    printer.line("");
    printer.line(
        "# The service's own user may connect. A section lets another user, or the members of a");
    printer.line(
        "# group, connect too; the first that fits counts. It may set the keys of [limits] anew.");
    printer.line("#[user camera]");
    printer.line("#memory = 256 MiB");
    printer.line("#");
    printer.line("#[group video]");
    printer.line("#trust-group = video");
    return printer.text.toString();
  }

  private void comment(Key<?> key) {
    key.comment().forEach(each -> line("# " + each));
  }

  private void value(Key<?> key, Setting setting) {
    line("# from: " + setting.origin());
    line(key.name() + " = " + setting.text());
  }

  private void line(String words) {
    text.append(words).append('\n');
  }
}
