package dev.dmabroker.samples.lateattach.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Another process of the run, whose lines of output are kept. It is ended with this one: what it
 * reads as its input ends then, and the service is told by its socket.
 */
final class Child implements AutoCloseable {
  private final String name;
  private final Process process;
  private final Thread reader;
  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  private Child(String name, Process process) {
    this.name = name;
    this.process = process;
    reader = new Thread(this::read, name + "-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a program. */
  static Child start(String name, List<String> command) {
    try {
      return new Child(name, new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the " + name, e);
    }
  }

  /** Starts a program of this one's module path, or class path, in a JVM like this one. */
  static Child java(String name, String main, List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xlog:disable", "-Xmx128m"));
    String modules = System.getProperty("jdk.module.path");
    if (modules == null) {
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), className(main)));
    } else {
      command.addAll(List.of("-p", modules, "-m", main));
    }
    command.addAll(words);
    return start(name, command);
  }

  private static String className(String main) {
    return main.substring(main.indexOf('/') + 1);
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      add("(its output cannot be read: " + e + ")");
    } finally {
      synchronized (this) {
        ended = true;
        notifyAll();
      }
    }
  }

  private synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  /** Writes a line to its input. */
  void tell(String line) {
    PrintStream out = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    out.println(line);
  }

  /**
   * Waits for a line.
   *
   * @return the first that fits; empty if the process ended without one
   */
  synchronized Optional<String> await(Predicate<String> fits) throws InterruptedException {
    int seen = 0;
    while (true) {
      for (; seen < lines.size(); seen++) {
        if (fits.test(lines.get(seen))) {
          return Optional.of(lines.get(seen));
        }
      }
      if (ended) {
        return Optional.empty();
      }
      wait();
    }
  }

  /** The last lines, for an error. */
  synchronized String lastLines() {
    return name
        + ": "
        + String.join("\n    ", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
  }

  /** Waits until it has ended, for a while, and returns its status. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("the " + name + " has not ended within a minute");
    }
    reader.join();
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  /** Asks it to end, and ends it if it does not. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
