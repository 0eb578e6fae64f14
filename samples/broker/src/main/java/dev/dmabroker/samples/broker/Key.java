package dev.dmabroker.samples.broker;

import dev.dmabroker.remote.ClientRight;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A key of the configuration.
 *
 * @param section in which it stands, of {@link #SECTIONS}
 * @param name before the equals sign
 * @param standard the value that counts where none is given
 * @param form how values are written
 * @param comment what the key means, in lines that fit a terminal
 */
record Key<T>(String section, String name, String standard, Form<T> form, List<String> comment) {

  static final Key<String> SOCKET =
      new Key<>(
          "service",
          "socket",
          "auto",
          Form.TEXT,
          List.of(
              "Where clients connect: a path, or auto. Auto is the socket that systemd hands over,",
              "and otherwise dmabroker-0 in the folder that XDG_RUNTIME_DIR names."));

  static final Key<Integer> SOCKET_MODE =
      new Key<>(
          "service",
          "socket-mode",
          "0600",
          Form.MODE,
          List.of(
              "Permissions of a socket at a path. A process needs to write to it to connect, and"
                  + " is",
              "still asked for its user. For a socket of systemd, SocketMode= in its unit"
                  + " counts."));

  static final Key<OptionalInt> HTTP_PORT =
      new Key<>(
          "service",
          "http-port",
          "off",
          Form.PORT,
          List.of(
              "Port on this machine's loopback address for the live page, /metrics for Prometheus"
                  + " and",
              "/snapshot.json; off, or 0 for any port that is free. Every user of this machine can",
              "read there what clients call their devices and buffers."));

  static final Key<List<String>> HEAPS =
      new Key<>(
          "heaps",
          "allow",
          "all",
          Form.NAMES_OR_ALL,
          List.of(
              "The heaps from which clients get memory, with commas between them, or all. A heap"
                  + " that",
              "is named and not there keeps the service from starting. 'samples/run heaps' lists"
                  + " them."));

  static final Key<Boolean> STAND_INS =
      new Key<>(
          "heaps",
          "stand-ins",
          "no",
          Form.YES_OR_NO,
          List.of(
              "Whether models stand in where this machine has no memory that drivers import. For"
                  + " trying",
              "things out: no driver can use them."));

  static final Key<Boolean> WATCH =
      new Key<>(
          "heaps",
          "watch",
          "yes",
          Form.YES_OR_NO,
          List.of(
              "Whether heaps that appear later, or that a udev rule opens, join by themselves."));

  static final Key<Duration> MAP_TIMEOUT =
      new Key<>(
          "deadlines",
          "map-timeout",
          "5 s",
          Form.TIME,
          List.of("How long a map waits that names no time."));

  static final Key<Duration> DEFAULT_HOLD =
      new Key<>(
          "deadlines",
          "default-hold",
          "1 s",
          Form.TIME,
          List.of(
              "How long a device may hold a mapping if it declares no time; a move waits that"
                  + " long."));

  static final Key<Duration> EVICT_AFTER =
      new Key<>(
          "deadlines",
          "evict-after",
          "10 s",
          Form.TIME,
          List.of(
              "How long a client may hold up others beyond the hold of its device before it loses"
                  + " its",
              "connection."));

  static final Key<Duration> CLOSE_TIMEOUT =
      new Key<>(
          "deadlines",
          "close-timeout",
          "5 s",
          Form.TIME,
          List.of("How long the service waits for mappings when it ends."));

  static final Key<Long> MEMORY =
      new Key<>(
          "limits",
          "memory",
          "1 GiB",
          Form.MEMORY,
          List.of("The budget of a client: memory beyond it is refused."));

  static final Key<Integer> BUFFERS =
      count("buffers", "1024", "Buffers that a client may have open.");

  static final Key<Integer> DEVICES = count("devices", "64", "Devices that a client may register.");

  static final Key<Integer> ATTACHMENTS =
      count("attachments", "4096", "Attachments that a client may have open.");

  static final Key<Integer> MAPPINGS =
      count("mappings", "4096", "Mappings and frames that a client may have open.");

  static final Key<Integer> STREAMS =
      count("streams", "64", "Streams, and consumers, that a client may have open.");

  static final Key<Integer> TOKENS =
      count("tokens", "256", "Tokens, and published names, that a client may have.");

  static final Key<Integer> REQUESTS =
      count(
          "requests", "256", "Requests that a client may have unanswered; with more it is let go.");

  static final Key<Duration> LONGEST_HOLD =
      new Key<>(
          "limits",
          "longest-hold",
          "5 s",
          Form.TIME,
          List.of("The longest hold that a client's device may declare."));

  static final Key<Integer> MOVES =
      new Key<>(
          "limits",
          "moves-per-minute",
          "600",
          Form.COUNT,
          List.of(
              "Moves of buffers that a client may make necessary at once, and as many more each"
                  + " minute.",
              "Beyond that its requests that may move buffers are refused for a while."));

  static final Key<Set<ClientRight>> RIGHTS =
      new Key<>(
          "limits",
          "rights",
          "export, move, share, publish, open-published",
          Form.RIGHTS,
          List.of(
              "What a client may do: export makes buffers and streams, move has others' buffers"
                  + " move,",
              "share makes tokens, publish gives streams names, open-published opens such streams,"
                  + " and",
              "watch-all shows it all clients' state. Or none."));

  static final Key<String> TRUST_GROUP =
      new Key<>(
          "limits",
          "trust-group",
          "own",
          Form.TEXT,
          List.of(
              "Clients of one trust group may see old contents of each other's memory; own is a"
                  + " group",
              "for each client."));

  /** All keys, in the order in which they are printed. */
  static final List<Key<?>> ALL =
      List.of(
          SOCKET,
          SOCKET_MODE,
          HTTP_PORT,
          HEAPS,
          STAND_INS,
          WATCH,
          MAP_TIMEOUT,
          DEFAULT_HOLD,
          EVICT_AFTER,
          CLOSE_TIMEOUT,
          MEMORY,
          BUFFERS,
          DEVICES,
          ATTACHMENTS,
          MAPPINGS,
          STREAMS,
          TOKENS,
          REQUESTS,
          LONGEST_HOLD,
          MOVES,
          RIGHTS,
          TRUST_GROUP);

  /** The sections whose keys these are, in their order, each once in a file. */
  static final List<String> SECTIONS = ALL.stream().map(Key::section).distinct().toList();

  /** The section whose keys a section of clients may have too. */
  static final String LIMITS = "limits";

  private static Key<Integer> count(String name, String standard, String comment) {
    return new Key<>(LIMITS, name, standard, Form.COUNT, List.of(comment));
  }

  /** The keys of a section. */
  static List<Key<?>> of(String section) {
    return ALL.stream().filter(key -> key.section().equals(section)).toList();
  }

  @Override
  public String toString() {
    return "'" + name + "' of [" + section + "]";
  }
}
