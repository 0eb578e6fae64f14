package dev.dmabroker.samples.options;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Command lines with what all samples have in common. */
public final class CommandLines {
  private CommandLines() {}

  /**
   * The command line of a sample. Besides the sample's own options it has {@code --help}; the
   * options are listed in the order in which the class declares them. The names of enums are
   * written in any case, and a word that begins with @ is no file of options. {@link
   * CommandLine#execute} refuses a wrong command line with status 2.
   *
   * @param command has picocli's annotations; {@link Within} is heeded
   */
  public static CommandLine of(Object command) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(command);
    Limits.set(spec);
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("prints this").build());
    spec.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    return new CommandLine(spec).setCaseInsensitiveEnumValuesAllowed(true).setExpandAtFiles(false);
  }
}
