package dev.dmabroker.fuzz;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What goes wrong in extensions. Which call meets which fault follows from the seed and from how
 * many calls that place has had.
 */
final class Hostility {
  private static final long LONGEST_DELAY_NANOS = 2_000_000;

  /** What goes wrong. */
  enum Fault {
    /** The exception that the method declares. */
    REFUSAL,
    /** An exception that no method declares. */
    UNCHECKED,
    /** A checked exception that the method does not declare, as Kotlin and Scala throw it. */
    CHECKED,
    /** An error. */
    ERROR,
    /** Null instead of an answer. */
    NULL,
    /** An answer that is wrong. */
    LIE,
    /** The call takes its time. */
    DELAY,
    /** The caller is interrupted meanwhile. */
    INTERRUPT
  }

  /** Where it goes wrong, and what can. */
  enum Site {
    ALLOCATE(EnumSet.allOf(Fault.class)),
    RELEASE(silent()),
    FD(silent()),
    DUP_FD(declared()),
    BYTES(answering()),
    BEGIN_CPU_ACCESS(declared()),
    END_CPU_ACCESS(declared()),
    PENDING_FENCE(answering()),
    IDENTITY(answeringSilently()),
    LINGERING(answeringSilently()),
    CLOSE_HEAP(silent()),
    OPEN_FOREIGN(answering()),
    PREPARE_COPY(declared()),
    COPY(declared()),
    RANK(lyingSilently()),
    EVICT(lyingSilently()),
    REBALANCE(lyingSilently()),
    PROBE_SAMPLE(lyingSilently()),
    PROBE_IMPORT(lyingSilently()),
    PROBE_CLOSE(silent()),
    WATCH(declared()),
    LISTENER(silent()),
    ON_MOVE(silent()),
    ON_RECALL(silent()),
    EXECUTE(EnumSet.of(Fault.UNCHECKED, Fault.LIE)),
    SUBSCRIBER(silent());

    private final ImmutableList<Fault> faults;

    Site(Set<Fault> faults) {
      this.faults = ImmutableList.copyOf(faults);
    }

    private static Set<Fault> silent() {
      return EnumSet.of(Fault.UNCHECKED, Fault.CHECKED, Fault.ERROR, Fault.DELAY, Fault.INTERRUPT);
    }

    private static Set<Fault> declared() {
      return plus(silent(), Fault.REFUSAL);
    }

    private static Set<Fault> answering() {
      return plus(declared(), Fault.NULL);
    }

    private static Set<Fault> answeringSilently() {
      return plus(silent(), Fault.NULL);
    }

    private static Set<Fault> lyingSilently() {
      return plus(answeringSilently(), Fault.LIE);
    }

    private static Set<Fault> plus(Set<Fault> some, Fault other) {
      EnumSet<Fault> all = EnumSet.copyOf(some);
      all.add(other);
      return all;
    }
  }

  private final long seed;
  private final int perMille;
  private final Map<Site, AtomicInteger> calls = new EnumMap<>(Site.class);
  private volatile boolean over;

  Hostility(long seed, int perMille) {
    this.seed = seed;
    this.perMille = perMille;
    for (Site site : Site.values()) {
      calls.put(site, new AtomicInteger());
    }
  }

  /** From now on nothing goes wrong. */
  void end() {
    over = true;
  }

  /**
   * Throws, waits or interrupts, if something goes wrong now.
   *
   * @return what the answer has to be, {@link Fault#NULL} or {@link Fault#LIE}; otherwise {@link
   *     Fault#DELAY}, for an answer that is right
   */
  Fault strike(Site site) throws HeapException {
    long dice = mix(seed + 31L * site.name().hashCode() + counted(site) * 0x9e3779b97f4a7c15L);
    if (over || Long.remainderUnsigned(dice, 1000) >= perMille) {
      return Fault.DELAY;
    }
    Fault fault = site.faults.get((int) Long.remainderUnsigned(dice >>> 16, site.faults.size()));
    int detail = (int) Long.remainderUnsigned(dice >>> 24, 1 << 20);
    switch (fault) {
      case REFUSAL -> throw refusal(site, detail);
      case UNCHECKED -> throw new IllegalStateException("fault at " + site);
      case CHECKED -> throw Hostility.<RuntimeException>unchecked(new IOException("at " + site));
      case ERROR -> throw error(site, detail);
      case DELAY -> LockSupport.parkNanos(detail % LONGEST_DELAY_NANOS);
      case INTERRUPT -> Thread.currentThread().interrupt();
      case NULL, LIE -> {
        return fault;
      }
    }
    return Fault.DELAY;
  }

  /** At a method that declares nothing. */
  Fault strikeSilently(Site site) {
    try {
      return strike(site);
    } catch (HeapException e) {
      throw new AssertionError(e); // No such fault is planned there.
    }
  }

  private static HeapException refusal(Site site, int detail) {
    HeapException.Kind[] kinds = HeapException.Kind.values();
    return new HeapException(kinds[detail % kinds.length], "fault at " + site);
  }

  private static Error error(Site site, int detail) {
    return switch (detail % 4) {
      case 0 -> new StackOverflowError("fault at " + site);
      case 1 -> new OutOfMemoryError("fault at " + site);
      case 2 -> new NoClassDefFoundError("fault at " + site);
      default -> new InternalError("fault at " + site);
    };
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> RuntimeException unchecked(Throwable checked) throws E {
    throw (E) checked;
  }

  private int counted(Site site) {
    return Objects.requireNonNull(calls.get(site)).getAndIncrement();
  }

  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
