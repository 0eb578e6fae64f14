package dev.dmabroker.allocators.linux;

import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.MemoryPressure.Scope;
import dev.dmabroker.spi.PressureGauge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the kernel's pressure stall information (Documentation/accounting/psi.rst): {@code
 * /proc/pressure/memory} of the machine, and {@code memory.pressure} of the process's {@link
 * Cgroup}. A kernel without CONFIG_PSI has no files, and one that was started with {@code psi=0}
 * has none or refuses to read them; so does a cgroup with {@code cgroup.pressure} of 0. What cannot
 * be read, or is not written as the document says, is not known, and no error. Immutable.
 */
public final class KernelPressure implements PressureGauge {
  private static final Path MACHINE = Path.of("proc/pressure/memory");
  private static final Pattern SOME = line("some");
  private static final Pattern FULL = line("full");

  private final Path root;

  /** Makes a gauge of this machine, for {@link java.util.ServiceLoader}. */
  public KernelPressure() {
    this(Path.of("/"));
  }

  /**
   * Makes a gauge.
   *
   * @param root the folder in which {@code proc} lies
   */
  KernelPressure(Path root) {
    this.root = root;
  }

  /** A line of one kind, with the share of the last ten seconds in hundredths. */
  private static Pattern line(String kind) {
    return Pattern.compile("(?m)^" + kind + " avg10=(\\d{1,3}(?:\\.\\d+)?) ");
  }

  @Override
  public List<MemoryPressure> look() {
    List<MemoryPressure> known = new ArrayList<>();
    machine().flatMap(text -> parse(Scope.MACHINE, text)).ifPresent(known::add);
    Cgroup.ofThisProcess(root)
        .read("memory.pressure")
        .flatMap(text -> parse(Scope.CGROUP, text))
        .ifPresent(known::add);
    return known;
  }

  private Optional<String> machine() {
    try {
      return Optional.of(Files.readString(root.resolve(MACHINE)));
    } catch (IOException e) {
      return Optional.empty(); // There is no such file, or reading it fails with EOPNOTSUPP.
    }
  }

  private static Optional<MemoryPressure> parse(Scope scope, String text) {
    Matcher some = SOME.matcher(text);
    Matcher full = FULL.matcher(text);
    return some.find() && full.find()
        ? Optional.of(new MemoryPressure(scope, share(some), share(full)))
        : Optional.empty();
  }

  private static double share(Matcher line) {
    return Math.min(1, Double.parseDouble(line.group(1)) / 100);
  }
}
