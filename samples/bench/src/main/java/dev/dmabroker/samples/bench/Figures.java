package dev.dmabroker.samples.bench;

import java.util.Map;

/** What JMH measured. */
record Figures(Map<Case, Figure> byCase) {
  Figure of(Case each) {
    Figure figure = byCase.get(each);
    if (figure == null) {
      throw new MeasuringException("there is no figure for " + each.what());
    }
    return figure;
  }
}
