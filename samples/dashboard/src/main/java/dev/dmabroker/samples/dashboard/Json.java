package dev.dmabroker.samples.dashboard;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * Writes maps, lists, texts, numbers, truth values and optionals as JSON (RFC 8259). Keys are
 * texts; an empty optional, and a number that JSON does not have, become null.
 */
final class Json {
  private final StringBuilder text = new StringBuilder();

  private Json() {}

  static String of(Object value) {
    Json json = new Json();
    json.write(value);
    return json.text.toString();
  }

  private void write(Object value) {
    if (value instanceof Optional<?> optional) {
      optional.ifPresentOrElse(this::write, () -> text.append("null"));
    } else if (value instanceof Map<?, ?> map) {
      object(map);
    } else if (value instanceof Iterable<?> list) {
      array(list);
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      text.append("null");
    } else if (value instanceof Number || value instanceof Boolean) {
      text.append(value);
    } else {
      string(value.toString());
    }
  }

  private void object(Map<?, ?> map) {
    char before = '{';
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      text.append(before);
      string((String) entry.getKey());
      text.append(':');
      write(entry.getValue());
      before = ',';
    }
    text.append(map.isEmpty() ? "{}" : "}");
  }

  private void array(Iterable<?> list) {
    text.append('[');
    for (Iterator<?> values = list.iterator(); values.hasNext(); ) {
      write(values.next());
      text.append(values.hasNext() ? "," : "");
    }
    text.append(']');
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < 0x20 || Character.isSurrogate(c) || c == 0x2028 || c == 0x2029) {
        // A name may end in the middle of a pair, which is no text in UTF-8.
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
