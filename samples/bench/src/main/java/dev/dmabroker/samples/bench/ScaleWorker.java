package dev.dmabroker.samples.bench;

/**
 * Times operations of a broker with many things. Answers {@code engine THINGS LAPS} and {@code
 * service THINGS LAPS} with the operations and their medians, in nanoseconds. Ask once only: what
 * there is stays.
 */
public final class ScaleWorker {
  private ScaleWorker() {}

  /** Takes no arguments. */
  public static void main(String[] args) throws Exception {
    Worker.serve(words -> time(words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2])));
    Runtime.getRuntime().halt(0); // To take down what there is is not what was asked.
  }

  private static String time(String part, int things, int laps) throws Exception {
    Laps times = new Laps();
    Crowd crowd = new Crowd();
    if (part.equals("engine")) {
      EngineLaps engine = new EngineLaps(crowd, times);
      engine.run(laps); // Among few things, so that each JVM has compiled the very code.
      times.warm();
      crowd.grow(things);
      System.gc(); // Things stay for months: the collector is not to be seen copying young ones.
      engine.run(laps);
    } else {
      ServiceLaps service = new ServiceLaps(crowd, times);
      service.run(laps);
      times.warm();
      crowd.grow(things);
      service.join(things / Crowd.BUFFERS_OF_A_GROUP);
      System.gc();
      service.run(laps);
    }
    return times.answer();
  }
}
