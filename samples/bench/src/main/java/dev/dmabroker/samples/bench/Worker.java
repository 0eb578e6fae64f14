package dev.dmabroker.samples.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that measures when it is asked. A request is a line of words on its standard input, the
 * answer a line on its standard output; it ends with its input. So two of them take turns within
 * the same second, and a machine that is busy for a while disturbs both.
 */
final class Worker implements AutoCloseable {
  private static final long END_SECONDS = 20;

  private final List<String> command;
  private final Process process;
  private final PrintStream requests;
  private final BufferedReader answers;

  Worker(List<String> command) {
    this.command = command;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new MeasuringException("cannot start " + command, e);
    }
    requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** A worker in Java. */
  static Worker java(Class<?> main, String... flags) {
    return new Worker(JavaProcess.command(main.getName(), List.of(flags)));
  }

  /** Asks, and waits for the answer. */
  String ask(Object... words) {
    String request = String.join(" ", Arrays.stream(words).map(String::valueOf).toList());
    requests.println(request);
    String answer;
    try {
      answer = answers.readLine();
    } catch (IOException e) {
      throw new MeasuringException("no answer to '" + request + "' from " + command, e);
    }
    if (answer == null) {
      throw new MeasuringException("it ended at '" + request + "': " + command);
    }
    return answer;
  }

  /** Asks for numbers. */
  long[] numbers(Object... words) {
    return Arrays.stream(ask(words).split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  /** Has something done, and waits until it is. */
  void order(Object... words) {
    String unused = ask(words);
  }

  /** Asks for one number. */
  long number(Object... words) {
    return Long.parseLong(ask(words));
  }

  @Override
  public void close() {
    requests.close();
    try {
      if (process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }

  /** What a worker in Java does with a request. */
  @FunctionalInterface
  interface Server {
    String answer(String[] words) throws Exception;
  }

  /**
   * What a worker in Java runs: answers until there are no more requests. What a request throws
   * ends it, so that the program that asked learns of it.
   */
  static void serve(Server server) throws Exception {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(server.answer(line.split(" ", -1)));
    }
  }

  /** Numbers as an answer. */
  static String answer(long[] numbers) {
    return String.join(" ", Arrays.stream(numbers).mapToObj(Long::toString).toList());
  }
}
