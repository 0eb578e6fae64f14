package dev.dmabroker.allocators.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a main class in a JVM of its own, so that a crash is an exit status and no more. */
public final class ChildJvm {

  private static final long TIMEOUT_SECONDS = 300;

  private ChildJvm() {}

  /**
   * How it ended.
   *
   * @param status 0 if all is well
   * @param output of both streams
   */
  public record Result(int status, String output) {}

  /**
   * Runs it to its end.
   *
   * @param prefix a command that runs the command after it, if not empty
   * @param options of the JVM
   */
  public static Result run(
      List<String> prefix, List<String> options, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:-CreateCoredumpOnCrash");
    command.add("-XX:ErrorFile=/dev/null");
    command.add("-Xmx256m");
    command.addAll(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return new Result(-1, output + "\ntimed out");
    }
    return new Result(process.exitValue(), output);
  }
}
