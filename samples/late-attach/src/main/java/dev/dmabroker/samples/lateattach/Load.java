package dev.dmabroker.samples.lateattach;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Processes that keep cores busy, each one, until this is closed or this JVM ends. */
final class Load implements AutoCloseable {
  private final List<Process> processes = new ArrayList<>();

  /**
   * Starts them.
   *
   * @throws UncheckedIOException if one cannot be started; none goes on then
   */
  Load(int cores) {
    try {
      for (int i = 0; i < cores; i++) {
        // Ends by itself, as there is no parent any more, should this JVM be killed.
        String busy =
            "while kill -0 $PPID; do i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done; done";
        processes.add(
            new ProcessBuilder("sh", "-c", busy)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
      }
    } catch (IOException e) {
      close();
      throw new UncheckedIOException("cannot keep a core busy", e);
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
