package dev.dmabroker.samples.replay;

import java.util.ArrayList;
import java.util.List;

/** The policies that a search tries: each alone with several parameters, and some together. */
final class Candidates {
  private static final double[] FACTORS = {1.2, 1.5, 3};
  private static final double[] WATERMARKS = {0.5, 0.7, 0.9};
  private static final int[] MOVES_PER_SECOND = {5, 50, 1000};
  private static final String[] MARKS = {"0.1:0", "0.3:0.1", "0.6:0.4"};
  private static final int[] IDLE_MILLIS = {100, 300, 2000};

  private Candidates() {}

  /** Their names, for {@link Choice#named}. */
  static List<String> names() {
    List<String> names = new ArrayList<>(List.of("first-fit", "least-cost", "foresight"));
    List<String> pressures = new ArrayList<>();
    List<String> returns = new ArrayList<>();
    for (double factor : FACTORS) {
      names.add("sticky:" + factor);
    }
    for (double watermark : WATERMARKS) {
      for (int rate : MOVES_PER_SECOND) {
        pressures.add("pressure:" + watermark + ":" + rate);
      }
    }
    for (String marks : MARKS) {
      for (int idle : IDLE_MILLIS) {
        returns.add("return-idle:" + marks + ":" + idle);
      }
    }
    names.addAll(pressures);
    names.addAll(returns);
    returns.forEach(each -> names.add("pressure:0.9:50+" + each));
    names.add("foresight+pressure:0.9:50");
    names.add("foresight+pressure:0.9:50+return-idle:0.3:0.1:300");
    names.add("foresight+return-idle:0.3:0.1:300");
    return names;
  }
}
