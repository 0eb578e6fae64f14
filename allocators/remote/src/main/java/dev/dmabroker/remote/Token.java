package dev.dmabroker.remote;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a buffer or a stream of a service: 128 random bits that its owner hands to another
 * process in any way, which opens the buffer or stream with it. A process that does not have the
 * token cannot find what it stands for, so keep it as a password. Immutable.
 */
public final class Token {
  /** How many bytes a token has. */
  public static final int BYTES = 16;

  private final byte[] bytes;

  private Token(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The token of these bytes.
   *
   * @param bytes {@value #BYTES} of them
   * @return the token
   * @throws IllegalArgumentException if there are more or fewer
   */
  public static Token of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a token has " + BYTES + " bytes, not " + bytes.length);
    }
    return new Token(bytes.clone());
  }

  /**
   * The token of a {@link #text}.
   *
   * @param text 32 hexadecimal digits
   * @return the token
   * @throws IllegalArgumentException if it is none; the message does not repeat it
   */
  public static Token parse(String text) {
    try {
      return of(HexFormat.of().parseHex(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the text is no token, which has 32 hexadecimal digits; it has "
              + text.length()
              + " characters");
    }
  }

  /** {@return a copy of the bytes} */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** {@return the token as 32 hexadecimal digits, to hand it over; see {@link #parse}} */
  public String text() {
    return HexFormat.of().formatHex(bytes);
  }

  /** {@return whether the other object is a token of these bytes} In constant time. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Token token && MessageDigest.isEqual(bytes, token.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** {@return a text for logs, from which the token cannot be told; see {@link #text}} */
  @Override
  public String toString() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "token #" + HexFormat.of().formatHex(hash, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each Java platform has SHA-256", e);
    }
  }
}
