package dev.dmabroker.metrics;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON (RFC 8259) as it is told, a value a line at the depth that is asked for. Who calls it
 * sees to the order. A library for this would be larger than the module, and would come with it.
 */
final class JsonWriter {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final Writer out;
  private final int linesToDepth;

  /** Whether the structure has a member yet, innermost first. */
  private final Deque<Boolean> begun = new ArrayDeque<>();

  private boolean named;

  /**
   * Onto a writer, which should be buffered and is not closed.
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

  JsonWriter endObject() throws IOException {
    return close('}');
  }

  JsonWriter array() throws IOException {
    return open('[');
  }

  JsonWriter endArray() throws IOException {
    return close(']');
  }

  JsonWriter name(String name) throws IOException {
    separate();
    text(name);
    out.write(": ");
    named = true;
    return this;
  }

  JsonWriter value(@Nullable String value) throws IOException {
    separate();
    if (value == null) {
      out.write("null");
    } else {
      text(value);
    }
    return this;
  }

  JsonWriter value(long value) throws IOException {
    separate();
    out.write(Long.toString(value));
    return this;
  }

  JsonWriter value(boolean value) throws IOException {
    separate();
    out.write(value ? "true" : "false");
    return this;
  }

  /** A number of nanoseconds as microseconds, with their fraction. */
  JsonWriter micros(long nanos) throws IOException {
    separate();
    if (nanos < 0) {
      out.write('-');
    }
    out.write(Long.toString(Math.abs(nanos / 1000)));
    long fraction = Math.abs(nanos % 1000);
    if (fraction != 0) {
      out.write('.');
      out.write(Long.toString(1000 + fraction), 1, 3);
    }
    return this;
  }

  JsonWriter member(String name, @Nullable String value) throws IOException {
    return name(name).value(value);
  }

  JsonWriter member(String name, long value) throws IOException {
    return name(name).value(value);
  }

  JsonWriter member(String name, boolean value) throws IOException {
    return name(name).value(value);
  }

  private JsonWriter open(char bracket) throws IOException {
    separate();
    out.write(bracket);
    begun.push(false);
    return this;
  }

  private JsonWriter close(char bracket) throws IOException {
    boolean any = begun.pop();
    if (any && begun.size() < linesToDepth) {
      newLine();
    }
    out.write(bracket);
    return this;
  }

  private void separate() throws IOException {
    if (named) {
      named = false;
      return;
    }
    if (begun.isEmpty()) {
      return;
    }
    if (begun.pop()) {
      out.write(',');
    }
    if (begun.size() < linesToDepth) {
      begun.push(true);
      newLine();
    } else {
      begun.push(true);
    }
  }

  private void newLine() throws IOException {
    out.write('\n');
    for (int i = 0; i < begun.size(); i++) {
      out.write("  ");
    }
  }

  private void text(String text) throws IOException {
    out.write('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> {
          out.write('\\');
          out.write(c);
        }
        case '\n' -> out.write("\\n");
        case '\t' -> out.write("\\t");
        case '\r' -> out.write("\\r");
        default -> {
          if (c < ' ' || isUnpaired(text, i)) {
            out.write("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
              out.write(HEX[(c >> shift) & 15]);
            }
          } else {
            out.write(c);
          }
        }
      }
    }
    out.write('"');
  }

  /** Half a character, which no encoding can take. */
  private static boolean isUnpaired(String text, int at) {
    char c = text.charAt(at);
    if (!Character.isSurrogate(c)) {
      return false;
    }
    boolean before = at > 0 && Character.isSurrogatePair(text.charAt(at - 1), c);
    boolean after = at + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(at + 1));
    return !before && !after;
  }
}
