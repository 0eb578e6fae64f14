package dev.dmabroker.samples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A program in C that lies among the resources, compiled where it runs. */
final class CProgram implements AutoCloseable {
  private final Path folder;
  private final Path binary;

  private CProgram(Path folder, Path binary) {
    this.folder = folder;
    this.binary = binary;
  }

  /**
   * Compiles it.
   *
   * @return empty if there is no compiler
   * @throws MeasuringException if the compiler takes exception to it
   */
  static Optional<CProgram> compile(String source) {
    try {
      Path folder = Files.createTempDirectory("dmabroker-bench");
      CProgram program = new CProgram(folder, folder.resolve("program"));
      try (InputStream text = CProgram.class.getResourceAsStream(source)) {
        if (text == null) {
          throw new MeasuringException("there is no resource " + source);
        }
        Files.copy(text, folder.resolve(source));
      }
      List<String> command =
          List.of("cc", "-O2", "-Wall", "-Werror", "-o", program.binary.toString(), source);
      return program.run(command) ? Optional.of(program) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether there is such a command at all. */
  private boolean run(List<String> command) throws IOException {
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    } catch (IOException e) {
      close();
      return false;
    }
    String words = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (compiler.waitFor() != 0) {
        throw new MeasuringException(command + " failed:\n" + words);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MeasuringException("interrupted while compiling", e);
    }
    return true;
  }

  /** Starts it. */
  Worker start() {
    return new Worker(List.of(binary.toString()));
  }

  /** Deletes it. */
  @Override
  public void close() {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      System.err.println("cannot delete " + folder + ": " + e);
    }
  }
}
