package dev.dmabroker.remote.internal.service;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a service by their names, which no two of them share at a time. What is done here
 * takes equally long with few clients and with many. Clients are told apart by {@code equals}.
 * Thread-safe.
 *
 * @param <C> a client
 */
final class Roster<C> {
  private final Map<String, C> byName = new ConcurrentHashMap<>();

  /** The numbers in use of each name that clients give themselves. Guarded by this object. */
  private final Map<String, BitSet> numbers = new HashMap<>();

  /** Guarded by this object. */
  private final Map<C, Entry> entries = new HashMap<>();

  /** Under which name a client was entered, and what that was made of. */
  private record Entry(String name, String own, int number) {}

  /**
   * Enters a client.
   *
   * @param own the name that it gives itself, without a slash
   * @return its name, with the lowest number behind it that makes it differ from all others
   */
  synchronized String enter(C client, String own) {
    BitSet used = numbers.computeIfAbsent(own, unknown -> new BitSet());
    int number = 0;
    String name;
    do {
      number = used.nextClearBit(number + 1);
      name = number == 1 ? own : own + "-" + number;
    } while (byName.containsKey(name)); // Another client may give itself that very name.
    used.set(number);
    entries.put(client, new Entry(name, own, number));
    byName.put(name, client);
    return name;
  }

  /** Strikes a client out, if it was entered. Its name is free from now on. */
  synchronized void strike(C client) {
    Entry entry = entries.remove(client);
    if (entry == null) {
      return;
    }
    byName.remove(entry.name);
    BitSet used = numbers.get(entry.own);
    if (used != null) {
      used.clear(entry.number);
      if (used.isEmpty()) {
        numbers.remove(entry.own);
      }
    }
  }

  /** The client of a device or buffer, by the name that the broker knows it by; null if none. */
  @Nullable C ownerOf(String thing) {
    int slash = thing.indexOf('/');
    return slash < 0 ? null : byName.get(thing.substring(0, slash));
  }
}
