package dev.dmabroker.samples.bench;

import dev.dmabroker.samples.bench.StartProgram.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The time from the start of a JVM to its end, of programs that do little. */
final class StartSuite implements Suite {
  private static final String QUICKSTART = "dev.dmabroker.samples.quickstart.Quickstart";
  private static final String SAMPLE = "the sample quickstart";
  private static final String ARCHIVED = "the same, with a class-data archive";

  /** A start takes as long as many operations of other suites. */
  private static final int SLICES_PER_START = 4;

  private static final long END_SECONDS = 60;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public void measure(Form form, Table table) {
    Path folder = folder();
    try {
      Map<String, List<String>> commands = commands(folder.resolve("classes.jsa"));
      Map<String, List<Double>> nanos = new LinkedHashMap<>();
      for (int round = 1; round <= form.rounds(); round++) {
        progress(form, round, "programs that start and end");
        round(form, commands).forEach((what, each) -> add(nanos, what, Samples.median(each)));
      }
      print(nanos, table);
    } finally {
      delete(folder);
    }
  }

  /** The programs, by what they are called. Makes the archive that the last of them uses. */
  private static Map<String, List<String>> commands(Path archive) {
    Map<String, List<String>> commands = new LinkedHashMap<>();
    for (Work work : Work.values()) {
      commands.put(
          work.what(), JavaProcess.command(StartProgram.class.getName(), List.of(), work.name()));
    }
    commands.put(SAMPLE, JavaProcess.command(QUICKSTART, List.of()));
    double unused =
        nanos(JavaProcess.command(QUICKSTART, List.of("-XX:ArchiveClassesAtExit=" + archive)));
    commands.put(
        ARCHIVED, JavaProcess.command(QUICKSTART, List.of("-XX:SharedArchiveFile=" + archive)));
    return commands;
  }

  /** The programs take turns, so that a machine which is busy for a while slows all of them. */
  private static Map<String, List<Double>> round(Form form, Map<String, List<String>> commands) {
    Map<String, List<Double>> nanos = new LinkedHashMap<>();
    for (int i = 0; i < Math.max(1, form.slices() / SLICES_PER_START); i++) {
      commands.forEach((what, command) -> add(nanos, what, nanos(command)));
    }
    return nanos;
  }

  private static void add(Map<String, List<Double>> nanos, String what, double value) {
    nanos.computeIfAbsent(what, key -> new ArrayList<>()).add(value);
  }

  private static double nanos(List<String> command) {
    long start = System.nanoTime();
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new MeasuringException("it did not end: " + command);
      }
      if (process.exitValue() != 0) {
        throw new MeasuringException("it ended with " + process.exitValue() + ": " + command);
      }
    } catch (IOException e) {
      throw new MeasuringException("cannot start " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MeasuringException("interrupted while a program ran", e);
    }
    return System.nanoTime() - start;
  }

  private static void print(Map<String, List<Double>> nanos, Table table) {
    table.section("start: from the start of a JVM to its end");
    Figure empty = figure(nanos, Work.NOTHING.what());
    table.add(empty);
    table.add(figure(nanos, Work.JNA.what()), empty);
    table.add(figure(nanos, Work.BUILD.what()), empty);
    table.add(beyond(nanos, Work.BUILD.what(), Work.JNA.what()), Bar.START);
    table.add(figure(nanos, Work.FIRST_MAP.what()), empty);
    table.add(figure(nanos, SAMPLE), empty);
    table.add(figure(nanos, SAMPLE), Bar.START_SAMPLE);
    table.add(figure(nanos, ARCHIVED), empty);
  }

  private static Figure figure(Map<String, List<Double>> nanos, String what) {
    return Figure.of(what, Unit.NANOS, nanos.getOrDefault(what, List.of()));
  }

  /** What one program takes more than another, round by round. */
  private static Figure beyond(Map<String, List<Double>> nanos, String what, String other) {
    List<Double> more = new ArrayList<>();
    List<Double> all = nanos.getOrDefault(what, List.of());
    List<Double> less = nanos.getOrDefault(other, List.of());
    for (int i = 0; i < all.size(); i++) {
      more.add(all.get(i) - less.get(i));
    }
    return Figure.of("build() beyond " + other, Unit.NANOS, more);
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("dmabroker-bench");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try {
      Files.deleteIfExists(folder.resolve("classes.jsa"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      System.err.println("cannot delete " + folder + ": " + e);
    }
  }
}
