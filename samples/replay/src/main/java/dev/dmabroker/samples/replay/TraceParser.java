package dev.dmabroker.samples.replay;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.ColorSpace;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringTokenizer;

/** Reads one trace, and sees that each operation speaks of what is there. */
final class TraceParser {
  static final String MAGIC = "dmabroker-trace";
  static final int VERSION = 1;
  static final String UNLIMITED = "unlimited";
  static final String DEFAULT = "default";

  private final List<TraceHeap> heaps = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final Set<String> devices = new HashSet<>();
  private final Set<String> exported = new HashSet<>();
  private final Set<String> buffers = new HashSet<>();
  private final Set<String> attached = new HashSet<>();
  private final Set<String> everMapped = new HashSet<>();
  private final Set<String> mapped = new HashSet<>();
  private long deadlineMicros;
  private Costs costs = Costs.USUAL;
  private long lastMicros;

  /**
   * Reads the trace.
   *
   * @throws TraceException if it is none
   */
  Trace parse(String text) throws TraceException {
    boolean versioned = false;
    int number = 0;
    for (Iterator<String> lines = text.lines().iterator(); lines.hasNext(); ) {
      number++;
      String content = lines.next().strip();
      if (content.isEmpty() || content.startsWith("#")) {
        continue;
      }
      TraceLine line = new TraceLine(number, content);
      if (versioned) {
        parse(line);
      } else {
        version(line);
        versioned = true;
      }
      line.end();
    }
    if (!versioned || heaps.isEmpty() || deadlineMicros == 0) {
      throw new TraceException(number + 1, "the header lacks its version, heaps or deadline");
    }
    return new Trace(heaps, deadlineMicros, costs, operations);
  }

  private static void version(TraceLine line) throws TraceException {
    if (!line.word("'" + MAGIC + "'").equals(MAGIC)) {
      throw line.wrong("a trace begins with '" + MAGIC + " " + VERSION + "'");
    }
    long version = line.number("a version", 1);
    if (version != VERSION) {
      throw line.wrong("version is " + version + ", only " + VERSION + " is known");
    }
  }

  private void parse(TraceLine line) throws TraceException {
    String first = line.word("a time");
    switch (first) {
      case "heap" -> heaps.add(heap(line));
      case "deadline" -> deadlineMicros = line.number("microseconds", 1);
      case "costs" -> costs = costs(line);
      default -> {
        if (heaps.isEmpty() || deadlineMicros == 0) {
          throw line.wrong("heaps and deadline come before the operations");
        }
        long micros = line.number(first, "a time", 0);
        if (micros < lastMicros) {
          throw line.wrong("time goes back, from " + lastMicros + " to " + micros);
        }
        lastMicros = micros;
        operations.add(operation(line, micros));
      }
    }
  }

  private static Costs costs(TraceLine line) throws TraceException {
    return new Costs(cost(line, "copy"), cost(line, "allocate"), cost(line, "drain"));
  }

  private static long cost(TraceLine line, String of) throws TraceException {
    if (!line.word(of).equals(of)) {
      throw line.wrong("costs are those of copy, allocate and drain, in this order");
    }
    return line.number("nanoseconds", 0);
  }

  private TraceHeap heap(TraceLine line) throws TraceException {
    String name = line.word("a heap's name");
    if (heaps.stream().anyMatch(heap -> heap.name().equals(name))) {
      throw line.wrong("heap " + name + " is there already");
    }
    boolean contiguous =
        switch (line.word("contiguous or scattered")) {
          case "contiguous" -> true;
          case "scattered" -> false;
          default -> throw line.wrong("a heap is contiguous or scattered");
        };
    String capacity = line.word("a capacity");
    return new TraceHeap(
        name,
        contiguous,
        capacity.equals(UNLIMITED)
            ? OptionalLong.empty()
            : OptionalLong.of(line.number(capacity, "a capacity", 1)));
  }

  private Operation operation(TraceLine line, long micros) throws TraceException {
    String verb = line.word("an operation");
    return switch (verb) {
      case "register" -> register(line, micros);
      case "export" ->
          new Operation.Export(micros, added(line, buffer(line), exported, buffers), spec(line));
      case "attach" -> {
        Operation.Attach attach =
            new Operation.Attach(
                micros, known(line, buffer(line), buffers), known(line, device(line), devices));
        if (!attached.add(pair(attach.buffer(), attach.device()))) {
          throw line.wrong(attach.device() + " is attached to " + attach.buffer() + " already");
        }
        yield attach;
      }
      case "map" -> map(line, micros);
      case "unmap" ->
          new Operation.Unmap(micros, removed(line, line.word("a mapping"), mapped, "mapped"));
      case "detach" -> {
        Operation.Detach detach = new Operation.Detach(micros, buffer(line), device(line));
        removed(line, pair(detach.buffer(), detach.device()), attached, "attached");
        yield detach;
      }
      case "close" ->
          new Operation.Close(
              micros, removed(line, buffer(line), buffers, "a buffer that is open"));
      case "others" ->
          new Operation.Others(micros, heapName(line), line.number("a number of bytes", 0));
      default -> throw line.wrong("'" + verb + "' is no operation");
    };
  }

  private String heapName(TraceLine line) throws TraceException {
    String name = line.word("a heap");
    if (heaps.stream().noneMatch(heap -> heap.name().equals(name))) {
      throw line.wrong("there is no heap " + name);
    }
    return name;
  }

  private Operation register(TraceLine line, long micros) throws TraceException {
    String device = device(line);
    Access access = line.constant(Access.class, "an access");
    String hold = line.word("the longest hold");
    Optional<Duration> longestHold =
        hold.equals(DEFAULT)
            ? Optional.empty()
            : Optional.of(Duration.of(line.number(hold, "a hold", 1), ChronoUnit.MICROS));
    String constraints = line.word("constraints");
    devices.add(device);
    try {
      return new Operation.Register(
          micros, device, access, longestHold, ConstraintsText.parse(constraints));
    } catch (IllegalArgumentException e) {
      throw new TraceException(line.number(), String.valueOf(e.getMessage()), e);
    }
  }

  private Operation map(TraceLine line, long micros) throws TraceException {
    String mapping = added(line, line.word("a mapping"), everMapped, mapped);
    String buffer = buffer(line);
    String device = device(line);
    known(line, pair(buffer, device), attached);
    Access access = line.constant(Access.class, "an access");
    boolean granted =
        switch (line.word("granted or failed")) {
          case "granted" -> true;
          case "failed" -> false;
          default -> throw line.wrong("a map is granted or failed");
        };
    return new Operation.Map(
        micros, mapping, buffer, device, access, granted, line.number("microseconds", 0));
  }

  private static BufferSpec spec(TraceLine line) throws TraceException {
    switch (line.word("image or blob")) {
      case "image" -> {
        String size = line.word("a size");
        String[] sides = size.split("x", -1);
        if (sides.length != 2) {
          throw line.wrong("a size is WIDTHxHEIGHT, not '" + size + "'");
        }
        List<PixelFormat> formats = new ArrayList<>();
        for (String format : line.word("formats").split(",", -1)) {
          formats.add(line.constant(format, PixelFormat.class, "a format"));
        }
        return new ImageSpec(
            Math.toIntExact(Math.min(line.number(sides[0], "a width", 1), 1 << 20)),
            Math.toIntExact(Math.min(line.number(sides[1], "a height", 1), 1 << 20)),
            formats,
            line.hasMore()
                ? Optional.of(line.constant(ColorSpace.class, "a colour space"))
                : Optional.empty());
      }
      case "blob" -> {
        return BlobSpec.of(line.number("a size", 1));
      }
      default -> throw line.wrong("a buffer holds an image or a blob");
    }
  }

  private static String buffer(TraceLine line) throws TraceException {
    return line.word("a buffer");
  }

  private static String device(TraceLine line) throws TraceException {
    return line.word("a device");
  }

  private static String pair(String buffer, String device) {
    return device + " at " + buffer;
  }

  private static String known(TraceLine line, String id, Set<String> there) throws TraceException {
    if (!there.contains(id)) {
      throw line.wrong(id + " is not there");
    }
    return id;
  }

  private static String added(TraceLine line, String id, Set<String> ever, Set<String> there)
      throws TraceException {
    if (!ever.add(id)) {
      throw line.wrong(id + " was there before; an id is for one thing");
    }
    there.add(id);
    return id;
  }

  private static String removed(TraceLine line, String id, Set<String> there, String what)
      throws TraceException {
    if (!there.remove(id)) {
      throw line.wrong(id + " is not " + what);
    }
    return id;
  }

  /** A line by its words. */
  private static final class TraceLine {
    private final int number;
    private final StringTokenizer words;

    TraceLine(int number, String content) {
      this.number = number;
      this.words = new StringTokenizer(content);
    }

    int number() {
      return number;
    }

    boolean hasMore() {
      return words.hasMoreTokens();
    }

    String word(String what) throws TraceException {
      if (!hasMore()) {
        throw wrong(what + " is missing");
      }
      return words.nextToken();
    }

    long number(String what, long least) throws TraceException {
      return number(word(what), what, least);
    }

    long number(String word, String what, long least) throws TraceException {
      try {
        long value = Long.parseLong(word);
        if (value >= least) {
          return value;
        }
      } catch (NumberFormatException e) {
        throw new TraceException(number, "'" + word + "' is not " + what, e);
      }
      throw wrong(what + " is at least " + least + ", not " + word);
    }

    <E extends Enum<E>> E constant(Class<E> type, String what) throws TraceException {
      return constant(word(what), type, what);
    }

    <E extends Enum<E>> E constant(String word, Class<E> type, String what) throws TraceException {
      try {
        return Enum.valueOf(type, word);
      } catch (IllegalArgumentException e) {
        throw new TraceException(number, "'" + word + "' is not " + what, e);
      }
    }

    void end() throws TraceException {
      if (hasMore()) {
        throw wrong("'" + words.nextToken() + "' is too much");
      }
    }

    TraceException wrong(String message) {
      return new TraceException(number, message);
    }
  }
}
