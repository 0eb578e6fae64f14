package dev.dmabroker.samples.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Shows in a terminal, once a second, who has what of a service: by heap, client and stream, with
 * who holds up what. Exit status: 0 when it is ended, 1 if there is no service, 2 for a wrong
 * command line.
 */
@Command(name = "top", description = "Shows who has what of a service, once a second.")
final class Top implements Callable<Integer> {
  /** To the upper left corner; to the end of the line; to the end of the screen. */
  private static final String HOME = "\u001b[H";

  private static final String LINE_END = "\u001b[K\n";
  private static final String REST = "\u001b[J";
  private static final String CLEAR = "\u001b[2J";

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "where clients connect; by default the user's service, or the machine's")
  private Optional<Path> socket = Optional.empty();

  @Option(names = "--once", description = "prints it once, for scripts")
  private boolean once;

  @Override
  public Integer call() throws InterruptedException {
    Optional<Path> found =
        socket
            .map(CallersFolder::resolve)
            .or(() -> Places.usual(Supervisor.ofThisProcess(), Files::exists));
    if (found.isEmpty()) {
      System.err.println(
          "dmabroker: no service is there, neither of this user nor of the machine; --socket PATH"
              + " names one");
      return 1;
    }
    try {
      show(Places.statusOf(found.get()), System.out);
      return 0;
    } catch (IOException e) {
      System.err.println(
          "dmabroker: the service at "
              + found.get()
              + " does not answer: "
              + e.getMessage()
              + "; only its user and root may ask it");
      return 1;
    } catch (IllegalArgumentException e) {
      System.err.println("dmabroker: " + e.getMessage());
      return 1;
    }
  }

  private void show(Path status, PrintStream out) throws IOException, InterruptedException {
    Census before = null;
    if (!once) {
      out.print(CLEAR);
    }
    while (true) {
      Census census = Census.of(StatusSocket.ask(status));
      out.print(once ? Screen.of(census, null) : frame(census, before));
      out.flush();
      if (once) {
        return;
      }
      before = census;
      TimeUnit.SECONDS.sleep(1);
    }
  }

  /** Drawn over what was there, so that it does not flicker. */
  private static String frame(Census census, @Nullable Census before) {
    return HOME + Screen.of(census, before).replace("\n", LINE_END) + REST;
  }
}
