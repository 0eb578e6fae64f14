package dev.dmabroker.allocators.linux;

import java.nio.charset.StandardCharsets;

/** Turns a label into a name that the kernel takes. */
final class Labels {

  private Labels() {}

  /**
   * The label in UTF-8 with a zero byte at the end, cut between characters so that it fits. A
   * question mark replaces each character that would break a line of a debug file.
   *
   * @param maxBytes the most bytes, the zero byte included
   */
  static byte[] fit(String label, int maxBytes) {
    int length = Math.min(label.length(), maxBytes - 1);
    byte[] ascii = new byte[length + 1];
    for (int at = 0; at < length; at++) {
      char character = label.charAt(at);
      if (character < ' ' || character > '~') {
        return fitAny(label, maxBytes);
      }
      ascii[at] = (byte) character;
    }
    return ascii;
  }

  private static byte[] fitAny(String label, int maxBytes) {
    StringBuilder fit = new StringBuilder();
    int room = maxBytes - 1;
    for (int at = 0; at < label.length(); ) {
      int codePoint = label.codePointAt(at);
      at += Character.charCount(codePoint);
      String character = Character.isISOControl(codePoint) ? "?" : Character.toString(codePoint);
      room -= character.getBytes(StandardCharsets.UTF_8).length;
      if (room < 0) {
        break;
      }
      fit.append(character);
    }
    return Fd.text(fit.toString());
  }
}
