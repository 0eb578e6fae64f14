package dev.dmabroker.simulated;

/** One run of a simulated world. It is the type through which two class loaders talk. */
public interface Trial {
  /**
   * Runs in a world of that seed.
   *
   * @return what came of it, in words and figures that are equal for equal runs
   * @throws AssertionError if the broker did what it must not do
   */
  String run(long seed) throws Exception;
}
