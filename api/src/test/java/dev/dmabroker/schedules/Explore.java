package dev.dmabroker.schedules;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Has Fray play meetings under schedules that it chooses. {@code api/schedules/run} starts it in a
 * JVM that Fray has instrumented. Fray ends the JVM at the first schedule that it finds a failure
 * in, so a meeting that has a report already is passed over, and the script starts anew.
 */
final class Explore {
  /** So often it is played before, so that what happens once (classes) is in no schedule. */
  private static final int REHEARSALS = 3;

  private Explore() {}

  /**
   * Explores.
   *
   * @param args the folder for reports, how many schedules each meeting has (or "again": the one
   *     that the report has), and names of meetings, or of the classes that have them; all if there
   *     is none
   */
  public static void main(String[] args) throws Exception {
    Path reports = Path.of(args[0]);
    List<String> wanted = Arrays.asList(args).subList(2, args.length);
    for (Meeting meeting : Meeting.all()) {
      boolean isWanted =
          wanted.isEmpty() || wanted.stream().anyMatch(name -> isNamed(meeting.name(), name));
      Path report = reports.resolve(meeting.name());
      if (isWanted && args[1].equals("again")) {
        explore(meeting, reports.resolve("again"), again(report));
      } else if (isWanted && Files.notExists(report)) {
        explore(meeting, report, List.of("--iter=" + args[1], "--scheduler=pos"));
      }
    }
  }

  private static boolean isNamed(String meeting, String wanted) {
    return meeting.equals(wanted) || meeting.startsWith(wanted + ".");
  }

  /** A failure is Fray's to find, in a schedule that can be seen again. */
  private static void rehearse(Meeting meeting)
      throws ReflectiveOperationException, InterruptedException {
    try {
      for (int i = 0; i < REHEARSALS; i++) {
        String unused = meeting.play();
      }
    } catch (AssertionError e) {
      System.out.println(meeting.name() + " failed when it was rehearsed: " + e.getCause());
    }
  }

  private static void explore(Meeting meeting, Path report, List<String> how) throws Exception {
    rehearse(meeting);
    List<String> options =
        List.of(
            "--run-config=cli",
            "--clazz=" + Meeting.class.getName(),
            "--method=main",
            "--args=" + meeting.name(),
            "--output=" + report,
            "--system-time-delegate-type=mock",
            "--no-reset-class-loader",
            "--abort-thread-after-main-exit"); // Pools keep theirs for a while.
    Method fray = Class.forName("org.pastalab.fray.core.MainKt").getMethod("main", String[].class);
    fray.invoke(
        null, (Object) Stream.concat(options.stream(), how.stream()).toArray(String[]::new));
  }

  /** Returns the options that repeat the schedule which a report has. */
  private static List<String> again(Path report) {
    Path recording = report.resolve("recording");
    if (Files.notExists(recording)) {
      throw new IllegalArgumentException("nothing was found there: " + recording + " is missing");
    }
    return List.of(
        "--iter=1",
        "--scheduler=pos",
        "--randomness-provider=recorded-random",
        "--path-to-random=" + recording.resolve("random.json"));
  }
}
