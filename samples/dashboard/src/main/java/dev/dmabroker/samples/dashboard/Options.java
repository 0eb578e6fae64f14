package dev.dmabroker.samples.dashboard;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What the command line says.
 *
 * @param address where to listen
 * @param port at which port; 0 for any that is free
 * @param names names of this machine that a browser may ask for, besides addresses and localhost
 * @param control whether the page may attach and detach the display
 * @param buffers of the demo
 * @param rate frames a second of the demo
 * @param everySeconds how often the display comes or goes by itself; 0 for never
 * @param seconds how long it runs; 0 until it is ended
 */
record Options(
    String address,
    int port,
    Set<String> names,
    boolean control,
    int buffers,
    int rate,
    int everySeconds,
    int seconds) {
  private static final int COMES_AND_GOES = 12;

  static final String USAGE =
      """
      usage: samples/run dashboard [OPTION...]
        --port N       (default 8642; 0 for any that is free)
        --control      lets the page attach and detach the display
        --every N      seconds after which the display comes or goes by itself, 0 for never
                       (default 12, or 0 with --control)
        --buffers N    of the demo (default 4)
        --rate N       frames a second of the demo (default 30)
        --seconds N    how long it runs (default: until it is ended)
        --address A    where to listen (default 127.0.0.1: this machine alone)
        --name NAME    a name of this machine that browsers may ask for; may be repeated
      """;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  static Options parse(String... args) {
    String address = "127.0.0.1";
    int port = 8642;
    Set<String> names = new HashSet<>();
    boolean control = false;
    int buffers = 4;
    int rate = 30;
    int every = -1;
    int seconds = 0;
    for (int i = 0; i < args.length; i++) {
      String option = args[i];
      if (option.equals("--control")) {
        control = true;
        continue;
      }
      if (++i == args.length) {
        throw new IllegalArgumentException(option + " is no option, or lacks its value");
      }
      String value = args[i];
      switch (option) {
        case "--port" -> port = number(option, value, 0, 65_535);
        case "--every" -> every = number(option, value, 0, 86_400);
        case "--buffers" -> buffers = number(option, value, 1, 10_000);
        case "--rate" -> rate = number(option, value, 1, 1000);
        case "--seconds" -> seconds = number(option, value, 0, 864_000);
        case "--address" -> address = value;
        case "--name" -> names.add(value.toLowerCase(Locale.ROOT));
        default -> throw new IllegalArgumentException(option + " is no option");
      }
    }
    int everySeconds = every >= 0 ? every : control ? 0 : COMES_AND_GOES;
    return new Options(address, port, names, control, buffers, rate, everySeconds, seconds);
  }

  private static int number(String option, String value, int least, int most) {
    int number;
    try {
      number = Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " wants a number, not " + value, e);
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          option + " wants " + least + " to " + most + ", not " + value);
    }
    return number;
  }
}
