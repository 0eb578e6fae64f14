package dev.dmabroker.fuzz;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one walk found, each kind of finding once, with the steps that led to it. */
final class Findings {
  private static final int LAST_STEPS = 12;

  private final String origin;
  private final List<String> last = new ArrayList<>();
  private final Map<String, String> found = new LinkedHashMap<>();
  private final ThreadLocal<String> current = ThreadLocal.withInitial(() -> "no step");

  /** Findings of a walk. */
  Findings(String origin) {
    this.origin = origin;
  }

  /** Notes that a step begins. */
  synchronized void begin(String step) {
    current.set(step);
    if (last.size() == LAST_STEPS) {
      last.remove(0);
    }
    last.add(step);
  }

  synchronized void add(String where, Finding finding) {
    String signature = where + ": " + signature(finding);
    found.computeIfAbsent(
        signature,
        unused ->
            signature
                + message(finding)
                + "\n  again with "
                + origin
                + "\n  in "
                + current.get()
                + "\n  after "
                + String.join("\n        ", last)
                + "\n"
                + trace(finding));
  }

  private static String signature(Finding finding) {
    Throwable cause = finding.getCause();
    return cause == null ? String.valueOf(finding.getMessage()) : cause.getClass().getName();
  }

  private static String message(Finding finding) {
    Throwable cause = finding.getCause();
    return cause == null ? "" : ": " + cause.getMessage();
  }

  private static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /** The text of each, by its kind. */
  synchronized Map<String, String> all() {
    return new LinkedHashMap<>(found);
  }
}
