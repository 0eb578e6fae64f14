package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The programs of samples/ that are no JVM, built for a test. Tests are skipped without tools. */
final class Programs {
  private static final Path SAMPLES = Path.of("../../samples").toAbsolutePath().normalize();

  private final Path folder;
  private final Map<String, String> environment;
  private final List<String> before;

  private Programs(Path folder, Map<String, String> environment, String... before) {
    this.folder = folder;
    this.environment = environment;
    this.before = List.of(before);
  }

  /** The Python clients; what is built goes to a folder. */
  static Programs python(Path built) throws Exception {
    require("make", "--version");
    require("protoc", "--version");
    require("/usr/bin/python3", "-c", "import google.protobuf"); // Debian's, of protoc's version.
    Path sources = SAMPLES.resolve("remote-python");
    make("remote-python", built);
    return new Programs(sources, Map.of("PYTHONPATH", built.toString()), "/usr/bin/python3");
  }

  /** The C clients, run by valgrind, which fails at an error or a leak; built into a folder. */
  static Programs c(Path built) throws Exception {
    require("make", "--version");
    require("gcc", "--version");
    require("protoc-c", "--version");
    require("valgrind", "--version");
    make("remote-c", built);
    return new Programs(
        built,
        Map.of(),
        "valgrind",
        "--leak-check=full",
        "--show-leak-kinds=all",
        "--track-fds=yes",
        "--error-exitcode=99");
  }

  /** The programs as they are, at their full speed. */
  Programs withoutValgrind() {
    return new Programs(folder, environment);
  }

  /** Starts one of them. */
  Child start(String... command) throws Exception {
    List<String> all = new ArrayList<>(before);
    all.addAll(Arrays.asList(command));
    return Child.start(folder, environment, all.toArray(new String[0]));
  }

  /** Has make build a sample into a folder. */
  static void make(String sample, Path built, String... more) throws Exception {
    List<String> command = new ArrayList<>(List.of("make", "-s", "OUT=" + built));
    command.addAll(Arrays.asList(more));
    try (Child make =
        Child.start(SAMPLES.resolve(sample), Map.of(), command.toArray(new String[0]))) {
      assertEquals(0, make.awaitEnd(), make::toString);
    }
  }

  /** Skips the test if a program is not there, or does not run. */
  static void require(String... command) throws Exception {
    String missing = String.join(" ", command) + " does not run; .ci/packages installs what does";
    boolean runs = false;
    for (String folder : System.getenv("PATH").split(":", -1)) {
      runs |= Files.isExecutable(Path.of(folder).resolve(command[0]));
    }
    assumeTrue(runs, missing);
    try (Child child = Child.start(SAMPLES, Map.of(), command)) {
      assumeTrue(child.awaitEnd() == 0, missing);
    }
  }
}
