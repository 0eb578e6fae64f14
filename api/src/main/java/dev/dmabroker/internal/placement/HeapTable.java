package dev.dmabroker.internal.placement;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.math.LongMath;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spi.HeapInfo;
import dev.dmabroker.spi.HeapTraits;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Numbers a broker's heaps, and knows what placement needs of them in a form in which it is fast:
 * sets of heaps are bits, and heaps that have memory which falls into pieces alike share a {@link
 * Pieces}. Traits do not change, so this is made once. The table is immutable.
 */
public final class HeapTable {
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

  public HeapTable(List<HeapAccount> heaps) {
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
