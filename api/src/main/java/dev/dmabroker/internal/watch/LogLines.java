package dev.dmabroker.internal.watch;

import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.internal.runtime.Time;
import java.lang.System.Logger.Level;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes warnings of one kind into the log, within limits, since what happens once may happen at
 * every event. They are written on a thread that does nothing else, because an appender of the log
 * may take its time. This class is thread-safe.
 */
final class LogLines {
  /** How many lines wait at most; the limits let in fewer, unless the log hangs for minutes. */
  private static final int ROOM = 16;

  private final LogLimit limit = new LogLimit();
  private final Lane lane = new Lane("log", ROOM);
  private final Time time;

  LogLines(Time time) {
    this.time = time;
  }

  /**
   * Writes a line, unless there were too many of late; a later line says how many were left out.
   *
   * @param line makes the line, in the calling thread, if it is not left out
   */
  void warn(Supplier<String> line, @Nullable Throwable thrown) {
    OptionalLong skipped = limit.enter(time.nanos());
    if (skipped.isPresent()) {
      String text = line.get() + LogLimit.skipped(skipped.getAsLong());
      boolean unused = lane.offer(() -> EngineLog.LOG.log(Level.WARNING, text, thrown));
    }
  }
}
