package dev.dmabroker.heuristics;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/** A {@link PeerTable} has lines that are no rules. */
public final class PeerTableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;
  private static final int LINES_IN_MESSAGE = 10;

  /** All malformed lines, from the first to the last. */
  private final List<Malformed> malformed;

  /**
   * A line that is no rule.
   *
   * @param line its number, from 1
   * @param text the line
   * @param problem what is wrong with it, as a predicate
   * @serial exclude
   */
  @SuppressWarnings("InvalidBlockTag") // Error Prone does not know that types may have @serial.
  public record Malformed(int line, String text, String problem) implements Serializable {
    @Override
    public String toString() {
      return "line " + line + ", \"" + text + "\", " + problem;
    }
  }

  PeerTableException(String what, List<Malformed> malformed) {
    super(
        what
            + " has "
            + malformed.size()
            + " malformed line(s): "
            + malformed.stream()
                .limit(LINES_IN_MESSAGE)
                .map(Malformed::toString)
                .collect(Collectors.joining("; "))
            + (malformed.size() > LINES_IN_MESSAGE ? "; and more" : ""));
    this.malformed = List.copyOf(malformed);
  }

  /** {@return all malformed lines, from the first to the last} */
  public List<Malformed> malformed() {
    return malformed;
  }
}
