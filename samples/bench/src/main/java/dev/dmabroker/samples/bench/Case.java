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
 * @param jvms in how many JVMs a round measures it: of what takes few nanoseconds, one JVM's
 *     compiled code may be a tenth faster than another's
 */
record Case(
    String what,
    Class<?> benchmarks,
    String method,
    int threads,
    Map<String, String> params,
    int jvms) {

  Case(String what, Class<?> benchmarks, String method, int threads, Map<String, String> params) {
    this(what, benchmarks, method, threads, params, 1);
  }

  Case(String what, Class<?> benchmarks, String method, int threads) {
    this(what, benchmarks, method, threads, Map.of());
  }

  Case in(int manyJvms) {
    return new Case(what, benchmarks, method, threads, params, manyJvms);
  }
}
