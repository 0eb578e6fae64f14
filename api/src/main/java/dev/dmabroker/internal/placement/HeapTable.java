package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.math.LongMath;
import dev.dmabroker.internal.heap.FoundHeaps;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers a broker's heaps, and knows what placement needs of them in a form in which it is fast:
 * sets of heaps are bits, and heaps that have memory which falls into pieces alike share a {@link
 * Pieces}. Traits do not change, so a table is made once for the heaps that there are; when heaps
 * join or vanish, another takes its place. A number means something with its table alone. The table
 * is immutable.
 */
public final class HeapTable {
  private static final AtomicLong MADE = new AtomicLong();

  /** Grows from table to table. */
  private final long number = MADE.incrementAndGet();

  private final FoundHeaps found;
  private final ImmutableList<HeapAccount> accounts;
  private final ImmutableList<HeapInfo> infos;
  private final ImmutableMap<String, Integer> numbers;
  private final ImmutableSet<String> names;
  private final ImmutableList<Pieces> pieces;
  private final int[] piecesOf;
  private final long[] granules;
  private final long[] limits;
  private final long[] capacities;
  private final int[] coherency;

  /** Numbers the open heaps of a broker. */
  public HeapTable(FoundHeaps found) {
    this(found.open(), found);
  }

  /** Numbers heaps beside which there is no closed heap. */
  public HeapTable(List<HeapAccount> heaps) {
    this(heaps, FoundHeaps.NONE);
  }

  private HeapTable(List<HeapAccount> heaps, FoundHeaps found) {
    this.found = found;
    accounts = ImmutableList.copyOf(heaps);
    infos = ImmutableList.copyOf(accounts.stream().map(HeapAccount::info).toList());
    int size = infos.size();
    piecesOf = new int[size];
    granules = new long[size];
    limits = new long[size];
    capacities = new long[size];
    coherency = new int[size];
    List<Pieces> distinct = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      HeapTraits traits = infos.get(i).traits();
      boolean contiguous = traits.contiguous().is(true);
      Pieces its =
          new Pieces(contiguous, traits.alignmentBytes().or(1L), traits.granuleBytes().or(0L));
      if (!distinct.contains(its)) {
        distinct.add(its);
      }
      piecesOf[i] = distinct.indexOf(its);
      granules[i] = Math.max(1, traits.granuleBytes().or(1L));
      capacities[i] = traits.capacityBytes().or(Long.MAX_VALUE);
      limits[i] = Math.min(traits.maxSizeBytes().or(Long.MAX_VALUE), capacities[i]);
      coherency[i] = bits(traits.coherency().known().orElse(Set.of()));
    }
    pieces = ImmutableList.copyOf(distinct);
    ImmutableMap.Builder<String, Integer> named = ImmutableMap.builder();
    for (int i = 0; i < size; i++) {
      named.put(infos.get(i).name(), i);
    }
    numbers = named.buildOrThrow();
    ImmutableSet.Builder<String> all = ImmutableSet.builder();
    infos.forEach(info -> all.add(info.name()).addAll(info.aliases()));
    names = all.build();
  }

  /** Returns a bit for each domain. */
  @SuppressWarnings("EnumOrdinal") // The bits stay within this process.
  static int bits(Set<Coherency> domains) {
    int bits = 0;
    for (Coherency domain : domains) {
      bits |= 1 << domain.ordinal();
    }
    return bits;
  }

  /** Tells whether this table was made after the other. */
  boolean isNewerThan(HeapTable other) {
    return number > other.number;
  }

  /** Returns what was found beside the heaps: those that are closed, and those that leave. */
  public FoundHeaps found() {
    return found;
  }

  /** Returns the heaps, each at the place of its number. */
  public ImmutableList<HeapAccount> accounts() {
    return accounts;
  }

  int size() {
    return infos.size();
  }

  /** Returns how many words a set of heaps takes. */
  int words() {
    return (infos.size() + 63) >>> 6;
  }

  public HeapAccount account(int heap) {
    return accounts.get(heap);
  }

  public HeapInfo info(int heap) {
    return infos.get(heap);
  }

  /** Returns the names and aliases of all heaps, in the broker's order. */
  ImmutableSet<String> names() {
    return names;
  }

  /** Returns the number of the heap of that name, or -1. */
  public int numberOf(String name) {
    Integer number = numbers.get(name);
    return number == null ? -1 : number;
  }

  /** Returns the number of that very heap, or -1. */
  @SuppressWarnings("ReferenceEquality") // A heap that is gone may have had the name of another.
  public int numberOf(HeapAccount heap) {
    int number = numberOf(heap.name());
    return number >= 0 && accounts.get(number) == heap ? number : -1;
  }

  /** Returns the ways in which memory falls into pieces. */
  ImmutableList<Pieces> pieces() {
    return pieces;
  }

  /** Returns the number of the way in which the heap's memory falls into pieces. */
  int piecesOf(int heap) {
    return piecesOf[heap];
  }

  /** Returns the most that all buffers in the heap together ever take. */
  long capacity(int heap) {
    return capacities[heap];
  }

  /** Returns the most that the heap ever gives at one time. */
  long limit(int heap) {
    return limits[heap];
  }

  /** Returns the domains of the heap's memory, each a bit. */
  int coherency(int heap) {
    return coherency[heap];
  }

  /**
   * Returns what the heap is asked for to hold that size; the result is over the limit if it
   * overflows.
   */
  long rounded(int heap, long sizeBytes) {
    long granule = granules[heap];
    long over = sizeBytes % granule;
    return over == 0 ? sizeBytes : LongMath.saturatedAdd(sizeBytes, granule - over);
  }
}
