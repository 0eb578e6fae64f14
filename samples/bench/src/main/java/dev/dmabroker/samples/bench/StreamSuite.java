package dev.dmabroker.samples.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Frames that are dropped when a stricter device attaches mid-stream: the sample late-attach, by
 * its own count.
 */
final class StreamSuite implements Suite {
  private static final String SAMPLE = "dev.dmabroker.samples.lateattach.LateAttach";

  private static final Pattern RESULT =
      Pattern.compile(
          "^result: frames=(\\d+) dropped=(\\d+) .*stall_max_us=(\\d+)", Pattern.MULTILINE);

  @Override
  public String name() {
    return "stream";
  }

  @Override
  public void measure(Form form, Table table) {
    long frames = 0;
    long dropped = 0;
    List<Double> stalls = new ArrayList<>();
    for (int round = 1; round <= form.rounds(); round++) {
      progress(form, round, "60 frames/s");
      Matcher result = run(form);
      frames += Long.parseLong(result.group(1));
      dropped += Long.parseLong(result.group(2));
      stalls.add(1e3 * Long.parseLong(result.group(3)));
    }
    table.section("stream: 60 frames/s in four 1080p buffers, a stricter device attaches halfway");
    Figure drops =
        new Figure(
            "frames dropped of " + frames,
            Unit.COUNT,
            dropped,
            OptionalDouble.empty(),
            OptionalDouble.empty());
    table.add(drops, Bar.STREAM);
    table.add(Figure.of("longest stall of its four moves", Unit.NANOS, stalls));
  }

  private static Matcher run(Form form) {
    List<String> command =
        JavaProcess.command(
            SAMPLE,
            List.of(),
            "--devices",
            "modelled",
            "--seconds",
            Integer.toString(form.streamSeconds()));
    String output = output(command);
    Matcher result = RESULT.matcher(output);
    if (!result.find()) {
      throw new MeasuringException(command + " printed no result:\n" + output);
    }
    return result;
  }

  private static String output(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new MeasuringException("cannot run " + command, e);
    }
  }
}
