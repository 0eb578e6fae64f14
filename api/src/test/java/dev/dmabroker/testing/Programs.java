package dev.dmabroker.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Programs of the machine that a test calls. */
public final class Programs {
  private Programs() {}

  /**
   * The program of that name that a shell would call; without one the test is skipped.
   *
   * @param debianPackage what to install where it is missing
   */
  public static Path onPath(String name, String debianPackage) {
    Optional<Path> program =
        Pattern.compile(File.pathSeparator)
            .splitAsStream(System.getenv().getOrDefault("PATH", ""))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(program.isPresent(), "PATH has no " + name + "; apt-get install " + debianPackage);
    return program.orElseThrow();
  }
}
