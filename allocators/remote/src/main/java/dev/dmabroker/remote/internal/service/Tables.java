package dev.dmabroker.remote.internal.service;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/** Knows the tables of what one client has, to count what is in them. Thread-safe. */
final class Tables {
  private final Map<String, Things<?>> tables = new ConcurrentHashMap<>();
  private final Map<String, IntSupplier> others = new ConcurrentHashMap<>();

  /**
   * Makes a table.
   *
   * @param kind what is in it, for errors and to count
   * @param most how many there may be
   */
  <T> Things<T> table(String kind, int most) {
    Things<T> table = new Things<>(kind, most);
    if (tables.put(kind, table) != null) {
      throw new AssertionError("there are two tables of " + kind + "s");
    }
    return table;
  }

  /** Counts more of a kind, which are in no table. */
  void countAlso(String kind, IntSupplier more) {
    others.put(kind, more);
  }

  /** How many there are of a kind; 0 of one without a table. */
  int count(String kind) {
    Things<?> table = tables.get(kind);
    return (table == null ? 0 : table.size()) + others.getOrDefault(kind, () -> 0).getAsInt();
  }
}
