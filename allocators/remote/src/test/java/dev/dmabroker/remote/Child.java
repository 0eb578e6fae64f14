package dev.dmabroker.remote;

import dev.dmabroker.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program that is no JVM and takes part in a test. What it prints is kept. Ended by close. */
final class Child implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300; // A slow guest starts Python under load.

  private final String name;
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final CompletableFuture<Void> read;

  private Child(String name, Process process) {
    this.name = name;
    this.process = process;
    read = CompletableFuture.runAsync(this::read, task -> new Thread(task, name).start());
  }

  /** Starts a program, whose output and errors are read together. */
  static Child start(Path folder, Map<String, String> environment, String... command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile()).redirectErrorStream(true).environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return new Child(String.join(" ", command), process);
  }

  private void read() {
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (lines) {
          lines.add(line);
        }
      }
    } catch (IOException ended) {
      // The test has ended the process, which closes its output.
    }
  }

  /** All that it has printed until now. */
  String output() {
    synchronized (lines) {
      return String.join("\n", lines);
    }
  }

  /** Whether it has printed a line that contains the text. */
  boolean said(String text) {
    synchronized (lines) {
      return lines.stream().anyMatch(line -> line.contains(text));
    }
  }

  /** How many lines it has printed until now. */
  int lines() {
    synchronized (lines) {
      return lines.size();
    }
  }

  /** Whether it has ended. */
  boolean hasEnded() {
    return read.isDone();
  }

  /** Waits until it has printed a line that contains the text; fails if it ends before. */
  void awaitSaid(String text) throws Exception {
    Await.until(name + " prints " + text, Await.EMULATED, () -> said(text) || read.isDone());
    if (!said(text)) {
      throw new AssertionError(name + " ended without " + text + ":\n" + output());
    }
  }

  /** Waits until it has ended by itself, and returns its status. */
  int awaitEnd() throws Exception {
    read.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    read.join();
  }

  @Override
  public String toString() {
    return name + " printed:\n" + output();
  }
}
