package dev.dmabroker.heuristics;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Says which devices reach memory that lies in which other devices. The table is a text with one
 * rule in each line:
 *
 * <pre>
 *   # The capture cards sit below the same switch as the GPU.
 *   allow  capture*  gpu0
 *   refuse capture3  gpu0   # but for this one
 * </pre>
 *
 * <p>{@code allow FROM TO} says that the device FROM reads and writes memory in TO, {@code refuse
 * FROM TO} that it does not; the opposite direction needs a rule of its own. A name that ends in
 * {@code *} stands for all names that begin so. The last rule that matches counts, and a pair that
 * no rule matches is refused. Blanks or tabs separate words; a word that begins with {@code #}
 * begins a comment; empty lines are skipped.
 *
 * <p>Immutable.
 */
public final class PeerTable {
  private final List<Rule> rules;

  private PeerTable(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * Reads a table from a text.
   *
   * @param text the lines of the table
   * @return the table
   * @throws PeerTableException if lines are malformed; the exception has all of them
   */
  public static PeerTable parse(String text) {
    return parse("the peer table", text);
  }

  /**
   * Reads a table up to the reader's end, and leaves the reader open.
   *
   * @param reader where the text comes from
   * @return the table
   * @throws PeerTableException if lines are malformed; the exception has all of them
   * @throws IOException if the reader throws
   */
  public static PeerTable parse(Reader reader) throws IOException {
    StringWriter text = new StringWriter();
    reader.transferTo(text);
    return parse(text.toString());
  }

  /**
   * Reads a table from a file, in UTF-8.
   *
   * @param file the file
   * @return the table
   * @throws PeerTableException if lines are malformed; the exception has all of them, and names the
   *     file
   * @throws IOException if the file cannot be read, or is not in UTF-8
   */
  public static PeerTable load(Path file) throws IOException {
    return parse("the peer table " + file, Files.readString(file));
  }

  private static PeerTable parse(String what, String text) {
    List<Rule> rules = new ArrayList<>();
    List<PeerTableException.Malformed> malformed = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      try {
        List<String> words = words(line);
        if (!words.isEmpty()) {
          rules.add(rule(words));
        }
      } catch (IllegalArgumentException e) {
        malformed.add(
            new PeerTableException.Malformed(number, line, String.valueOf(e.getMessage())));
      }
    }
    if (!malformed.isEmpty()) {
      throw new PeerTableException(what, malformed);
    }
    return new PeerTable(rules);
  }

  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    for (String word : line.strip().split("\\s+", -1)) {
      if (word.startsWith("#")) {
        break;
      }
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }

  private static Rule rule(List<String> words) {
    String verb = words.get(0);
    if (!verb.equals("allow") && !verb.equals("refuse")) {
      throw new IllegalArgumentException("begins with neither allow nor refuse");
    }
    if (words.size() != 3) {
      throw new IllegalArgumentException(
          "needs two names after " + verb + ", has " + (words.size() - 1));
    }
    for (String name : words.subList(1, 3)) {
      int star = name.indexOf('*');
      if (star >= 0 && star < name.length() - 1) {
        throw new IllegalArgumentException("may have a * at the end of a name only");
      }
    }
    return new Rule(verb.equals("allow"), words.get(1), words.get(2));
  }

  /**
   * {@return whether the device {@code from} may be used with memory that lies in {@code to}}
   *
   * @param from the name of the device
   * @param to the name of the device in which the memory lies
   */
  public boolean allows(String from, String to) {
    for (int i = rules.size() - 1; i >= 0; i--) {
      Rule rule = rules.get(i);
      if (matches(rule.from, from) && matches(rule.to, to)) {
        return rule.allow;
      }
    }
    return false;
  }

  private static boolean matches(String pattern, String name) {
    return pattern.endsWith("*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : name.equals(pattern);
  }

  @Override
  public String toString() {
    return rules.toString();
  }

  private record Rule(boolean allow, String from, String to) {
    @Override
    public String toString() {
      return (allow ? "allow " : "refuse ") + from + " " + to;
    }
  }
}
