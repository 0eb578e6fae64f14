package dev.dmabroker.internal.broker;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.internal.runtime.World;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spi.HeapException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Faults wherever the broker calls out. Which call meets which fault follows from the seed and from
 * how many calls that place has had.
 */
final class Faults {
  private static final int PER_MILLE = 12;
  private static final long LONGEST_DELAY_NANOS = 2_000_000;

  /** What goes wrong. */
  enum Kind {
    /** The exception that the method declares. */
    REFUSAL,
    /** An exception that it does not declare. */
    UNCHECKED,
    /** Less than was asked for. */
    SHORT,
    /** It takes its time. */
    DELAY,
    /** The caller is interrupted meanwhile. */
    INTERRUPT
  }

  /** Where it goes wrong, and what can. */
  enum Site {
    ALLOCATE(EnumSet.allOf(Kind.class)),
    LINGERING(EnumSet.of(Kind.UNCHECKED, Kind.DELAY)),
    CLOSE_HEAP(EnumSet.of(Kind.UNCHECKED, Kind.DELAY)),
    BYTES(declared()),
    DUP_FD(declared()),
    BEGIN_CPU_ACCESS(declared()),
    END_CPU_ACCESS(declared()),
    PENDING_FENCE(declared()),
    RELEASE(undeclared()),
    PREPARE_COPY(declared()),
    COPY(declared()),
    WATCH(declared()),
    RANK(undeclared()),
    EVICT(undeclared()),
    PROBE(undeclared()),
    LISTENER(undeclared()),
    ON_MOVE(undeclared());

    private final ImmutableList<Kind> kinds;

    Site(Set<Kind> kinds) {
      this.kinds = ImmutableList.copyOf(kinds);
    }

    private static Set<Kind> declared() {
      return EnumSet.complementOf(EnumSet.of(Kind.SHORT));
    }

    private static Set<Kind> undeclared() {
      return EnumSet.of(Kind.UNCHECKED, Kind.DELAY, Kind.INTERRUPT);
    }
  }

  /** An exception that the broker was not told to expect. */
  static final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1;

    Fault(Site site) {
      super("fault at " + site);
    }
  }

  private final long seed;
  private final int perMille;
  private final Map<Site, AtomicInteger> calls = new EnumMap<>(Site.class);
  private final Map<Kind, AtomicInteger> struck = new EnumMap<>(Kind.class);

  Faults(long seed) {
    this(seed, PER_MILLE);
  }

  /** Has that many of 1,000 calls go wrong. */
  Faults(long seed, int perMille) {
    this.seed = seed;
    this.perMille = perMille;
    for (Site site : Site.values()) {
      calls.put(site, new AtomicInteger());
    }
    for (Kind kind : Kind.values()) {
      struck.put(kind, new AtomicInteger());
    }
  }

  /** At a method that may throw {@link HeapException}: whether it gives too little. */
  boolean strike(Site site) throws HeapException {
    Simulation.pass();
    long dice = mix(seed + 31L * site.name().hashCode() + counted(site) * 0x9e3779b97f4a7c15L);
    if (Long.remainderUnsigned(dice, 1000) >= perMille) {
      return false;
    }
    Kind kind = site.kinds.get((int) Long.remainderUnsigned(dice >>> 16, site.kinds.size()));
    counter(struck, kind).incrementAndGet();
    switch (kind) {
      case REFUSAL -> throw new HeapException(HeapException.Kind.FAILED, "fault at " + site);
      case UNCHECKED -> throw new Fault(site);
      case SHORT -> {
        return true;
      }
      case DELAY ->
          World.here()
              .sleep(Duration.ofNanos(Long.remainderUnsigned(dice >>> 8, LONGEST_DELAY_NANOS)));
      case INTERRUPT -> Thread.currentThread().interrupt();
    }
    return false;
  }

  /** At a method that declares nothing. */
  void strikeUndeclared(Site site) {
    try {
      boolean unused = strike(site);
    } catch (HeapException e) {
      throw new AssertionError(e); // No such fault is planned there.
    }
  }

  private int counted(Site site) {
    return counter(calls, site).getAndIncrement();
  }

  private static <T> AtomicInteger counter(Map<T, AtomicInteger> counters, T of) {
    return Objects.requireNonNull(counters.get(of));
  }

  /** Spreads what differs little. */
  static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  /** Sites that were never called. */
  Set<Site> unused() {
    EnumSet<Site> unused = EnumSet.allOf(Site.class);
    unused.removeIf(site -> counter(calls, site).get() > 0);
    return unused;
  }

  @Override
  public String toString() {
    return struck.toString();
  }
}
