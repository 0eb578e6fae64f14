package dev.dmabroker.samples.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a figure grows with the number of things that there are.
 *
 * @param sizes the numbers of things, two at least, in rising order
 * @param figures the figure at each
 */
record Growth(List<Integer> sizes, List<Figure> figures) {

  /** The figure at the largest number of things. */
  Figure last() {
    return figures.get(figures.size() - 1);
  }

  /**
   * The exponent of the power of the number of things that lies nearest to the figures: the slope
   * of the line through their logarithms with the least squares. 0 is flat, 1 linear.
   */
  double exponent() {
    double[] x = sizes.stream().mapToDouble(Math::log).toArray();
    double[] y = figures.stream().mapToDouble(figure -> Math.log(figure.value())).toArray();
    double meanX = IntStream.range(0, x.length).mapToDouble(i -> x[i]).average().orElseThrow();
    double meanY = IntStream.range(0, y.length).mapToDouble(i -> y[i]).average().orElseThrow();
    double together = 0;
    double square = 0;
    for (int i = 0; i < x.length; i++) {
      together += (x[i] - meanX) * (y[i] - meanY);
      square += (x[i] - meanX) * (x[i] - meanX);
    }
    return together / square;
  }

  /** The figures at fewer things, for a person to read. */
  String before() {
    return IntStream.range(0, sizes.size() - 1)
        .mapToObj(
            i ->
                String.format(
                    Locale.ROOT,
                    "%s at %,d",
                    figures.get(i).unit().text(figures.get(i).value()),
                    sizes.get(i)))
        .collect(Collectors.joining(", "));
  }
}
