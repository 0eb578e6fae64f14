package dev.dmabroker.samples.options;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Command lines with what all samples have in common. */
public final class CommandLines {
  private CommandLines() {}

  /**
   * The command line of a sample. Besides the sample's own options it has {@code --help}, which
   * lists them in the order in which the class declares them, each with its default. The names of
   * enums are written in any case, and a word that begins with @ is no file of options. {@link
   * CommandLine#execute} refuses a wrong command line with status 2.
   *
   * @param command has picocli's annotations; {@link Within} is heeded
   */
  public static CommandLine of(Object command) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(command);
    for (OptionSpec option : List.copyOf(spec.options())) {
      spec.remove(option);
      spec.addOption(complete(option));
    }
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("prints this").build());
    spec.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    return new CommandLine(spec).setCaseInsensitiveEnumValuesAllowed(true).setExpandAtFiles(false);
  }

  /** The option with its limits, and with limits and default in its help. */
  private static OptionSpec complete(OptionSpec option) {
    OptionSpec.Builder builder = option.toBuilder();
    List<String> notes = new ArrayList<>();
    Limits.of(option)
        .ifPresent(
            limits -> {
              builder.converters(limits).paramLabel("N");
              notes.add(limits.toString());
            });
    if (hasDefault(option.initialValue())) {
      notes.add("default ${DEFAULT-VALUE}");
    }
    String help = String.join("%n", option.description());
    return builder
        .description(notes.isEmpty() ? help : help + " (" + String.join(", ", notes) + ")")
        .build();
  }

  private static boolean hasDefault(@Nullable Object value) {
    return !(value == null
        || value instanceof Boolean
        || value instanceof Optional
        || value instanceof Collection);
  }
}
