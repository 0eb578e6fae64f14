package dev.dmabroker.metrics;

import java.io.IOException;
import java.io.Writer;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON (RFC 8259), with each value on a line of its own down to a given depth. The caller
 * has to call the methods in the right order. A library for this would be larger than the module,
 * and would become a dependency of it.
 */
final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  /** The writer passes text on when there is this much. */
  private static final int CHUNK = 8192;

  private final Writer out;
  private final int linesToDepth;
  private final StringBuilder text = new StringBuilder(CHUNK + 1024);

  private int depth;

  /** Whether the structure at each depth has a member yet. */
  private final BitSet begun = new BitSet();

  private boolean named;

  /**
   * Writes onto a writer, which is not closed.
   *
   * @param linesToDepth how deep in structures each member begins a line of its own
   */
  JsonWriter(Writer out, int linesToDepth) {
    this.out = out;
    this.linesToDepth = linesToDepth;
  }

  JsonWriter object() throws IOException {
    return open('{');
  }

  JsonWriter endObject() {
    return close('}');
  }

  JsonWriter array() throws IOException {
    return open('[');
  }

  JsonWriter endArray() {
    return close(']');
  }

  JsonWriter name(String name) throws IOException {
    separate();
    quote(name);
    text.append(": ");
    named = true;
    return this;
  }

  JsonWriter value(@Nullable String value) throws IOException {
    separate();
    if (value == null) {
      text.append("null");
    } else {
      quote(value);
    }
    return this;
  }

  JsonWriter value(long value) throws IOException {
    separate();
    text.append(value);
    return this;
  }

  /** Writes a number, which has to be finite. */
  JsonWriter value(double value) throws IOException {
    separate();
    text.append(value);
    return this;
  }

  JsonWriter value(boolean value) throws IOException {
    separate();
    text.append(value);
    return this;
  }

  /** Writes a number of nanoseconds as microseconds, with their fraction. */
  JsonWriter micros(long nanos) throws IOException {
    separate();
    if (nanos < 0) {
      text.append('-');
    }
    text.append(Math.abs(nanos / 1000));
    long fraction = Math.abs(nanos % 1000);
    if (fraction != 0) {
      text.append('.').append(Long.toString(1000 + fraction), 1, 4);
    }
    return this;
  }

  JsonWriter member(String name, @Nullable String value) throws IOException {
    return name(name).value(value);
  }

  JsonWriter member(String name, long value) throws IOException {
    return name(name).value(value);
  }

  JsonWriter member(String name, double value) throws IOException {
    return name(name).value(value);
  }

  JsonWriter member(String name, boolean value) throws IOException {
    return name(name).value(value);
  }

  /** Passes on the text that is left, and flushes. */
  void end() throws IOException {
    text.append('\n');
    handOn();
    out.flush();
  }

  /** Passes the text so far on to the writer. */
  private void handOn() throws IOException {
    out.append(text);
    text.setLength(0);
  }

  private JsonWriter open(char bracket) throws IOException {
    separate();
    text.append(bracket);
    begun.clear(++depth);
    return this;
  }

  private JsonWriter close(char bracket) {
    boolean any = begun.get(depth--);
    if (any && depth < linesToDepth) {
      newLine();
    }
    text.append(bracket);
    return this;
  }

  /** Writes the separator that comes before a member. */
  private void separate() throws IOException {
    if (text.length() > CHUNK) {
      handOn();
    }
    if (named) {
      named = false;
    } else if (depth > 0) {
      if (begun.get(depth)) {
        text.append(',');
      }
      begun.set(depth);
      if (depth <= linesToDepth) {
        newLine();
      }
    }
  }

  private void newLine() {
    text.append('\n').append("  ".repeat(depth));
  }

  /** Writes a string with the escapes that JSON needs. */
  private void quote(String string) {
    text.append('"');
    int plain = 0; // All characters before this index are written.
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || (Character.isSurrogate(c) && isUnpaired(string, i))) {
        text.append(string, plain, i);
        escape(c);
        plain = i + 1;
      }
    }
    text.append(string, plain, string.length()).append('"');
  }

  private void escape(char c) {
    text.append('\\');
    switch (c) {
      case '"', '\\' -> text.append(c);
      case '\n' -> text.append('n');
      case '\t' -> text.append('t');
      case '\r' -> text.append('r');
      default -> {
        text.append('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
          text.append(HEX[(c >> shift) & 15]);
        }
      }
    }
  }

  /** Whether the character is half of a pair without the other half, which no encoding can take. */
  private static boolean isUnpaired(String string, int at) {
    char c = string.charAt(at);
    boolean before = at > 0 && Character.isSurrogatePair(string.charAt(at - 1), c);
    boolean after = at + 1 < string.length() && Character.isSurrogatePair(c, string.charAt(at + 1));
    return !before && !after;
  }
}
