package dev.dmabroker.testing;

import dev.dmabroker.spec.Modifier;

/** Finds modifiers by what a test calls them. */
public final class Modifiers {
  private Modifiers() {}

  /** The constant of that name. */
  public static Modifier named(String name) {
    return Modifier.computed().stream()
        .filter(modifier -> modifier.toString().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
