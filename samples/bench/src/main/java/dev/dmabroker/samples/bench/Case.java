package dev.dmabroker.samples.bench;

import java.util.Map;

/**
 * A JMH benchmark in one of its variants.
 *
 * @param what what the figure is called
 * @param benchmarks the class it is in
 * @param method its method
 * @param threads how many threads call it
 * @param params its parameters
 */
record Case(
    String what, Class<?> benchmarks, String method, int threads, Map<String, String> params) {

  Case(String what, Class<?> benchmarks, String method, int threads) {
    this(what, benchmarks, method, threads, Map.of());
  }
}
