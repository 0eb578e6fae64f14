package dev.dmabroker.internal.heap;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.spi.HeapProvider.Closed.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the heaps that cannot be used here, and says what would open them: in the log when the
 * broker starts, and to devices that no open heap suits. The object is immutable.
 */
public final class ClosedHeaps {
  /** No heap is closed, and there is nothing to say. */
  public static final ClosedHeaps NONE = new ClosedHeaps(List.of(), /* importable= */ true);

  private final ImmutableList<Closed> all;

  /** Whether an open heap has memory that drivers import. */
  private final boolean importable;

  ClosedHeaps(List<Closed> all, List<HeapAccount> open) {
    this(all, open.stream().anyMatch(ClosedHeaps::isImportable));
  }

  private ClosedHeaps(List<Closed> all, boolean importable) {
    this.all = ImmutableList.copyOf(all);
    this.importable = importable;
  }

  /** Tells whether drivers import memory of this heap. */
  static boolean isImportable(HeapAccount heap) {
    return heap.traits().deviceAccess().is(true);
  }

  public ImmutableList<Closed> all() {
    return all;
  }

  /**
   * Returns what to append to a refusal: the heaps that are on this machine and closed, and if
   * there is no memory that drivers import, also those that the machine lacks.
   */
  public String advice() {
    List<Closed> telling = importable ? present() : all;
    String lack = importable ? "" : "; no open heap has memory that drivers import";
    return telling.isEmpty() ? lack : lack + "; closed heaps: " + String.join("; ", lines(telling));
  }

  /** Returns the heaps that were open while the broker ran. */
  List<Closed> vanished() {
    return all.stream().filter(heap -> heap.kind() == Kind.VANISHED).toList();
  }

  /** Returns the heaps of this machine that were not closed before, or for another reason. */
  ImmutableList<Closed> newSince(ClosedHeaps before) {
    return ImmutableList.copyOf(
        present().stream()
            .filter(heap -> heap.kind() != Kind.VANISHED && !before.all.contains(heap))
            .toList());
  }

  /** Returns a line for each problem that keeps heaps of this machine closed. */
  List<String> warnings() {
    return lines(present());
  }

  /** Returns the heaps that the machine has. */
  private List<Closed> present() {
    return all.stream().filter(heap -> heap.kind() != Kind.MISSING).toList();
  }

  /** Returns a line for each problem, which may be one for several heaps. */
  static List<String> lines(List<Closed> heaps) {
    Map<String, List<String>> problems = new LinkedHashMap<>();
    for (Closed heap : heaps) {
      problems
          .computeIfAbsent(heap.reason() + "; " + heap.remedy(), problem -> new ArrayList<>())
          .add(heap.heap());
    }
    List<String> lines = new ArrayList<>();
    problems.forEach((problem, names) -> lines.add(line(names, problem)));
    return lines;
  }

  private static String line(List<String> heaps, String problem) {
    return String.join(", ", heaps)
        + (heaps.size() == 1 ? " is closed: " : " are closed: ")
        + problem;
  }
}
