package dev.dmabroker.remote.internal.service;

import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns texts of the broker into what one client is told. In the broker a client's devices, buffers
 * and streams have the client's name before their own, so that clients do not take names from one
 * another; the client is told them by the names that it gave, and others' by their full names.
 */
final class OwnNames implements UnaryOperator<String> {
  /** Of a client that has no name yet. */
  static final OwnNames NONE = new OwnNames("\0");

  private final String client;
  private final Pattern own;

  OwnNames(String client) {
    this.client = client;
    // Not within a longer name, such as that of the client "a-player".
    own = Pattern.compile("(?<![\\w./-])" + Pattern.quote(client + "/"));
  }

  /** The broker's name of what the client calls by this name. */
  String full(String name) {
    return client + "/" + name;
  }

  /** Whether the broker's name is one of the client's, or that of the client. */
  boolean isOwn(String name) {
    return name.startsWith(client + "/") || name.equals(client);
  }

  @Override
  public String apply(String text) {
    return text.contains(client)
        ? own.matcher(text).replaceAll(Matcher.quoteReplacement(""))
        : text;
  }
}
