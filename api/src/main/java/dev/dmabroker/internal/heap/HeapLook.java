package dev.dmabroker.internal.heap;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.internal.heap.FoundHeaps.Origin;
import dev.dmabroker.internal.heap.FoundHeaps.Vanished;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.spi.HeapProvider.Finding;
import dev.dmabroker.spi.HeapProvider.Open;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for heaps once. Heaps that were found before and are there still keep their accounts. At
 * the first look names that are blank or taken twice, and heaps that are at fault, are errors of
 * the application that builds the broker; later a heap of that kind counts as closed. An object is
 * used for one look, by one thread.
 */
final class HeapLook {
  /** The number of vanished heaps that are remembered, so that refusals can name them. */
  private static final int MOST_VANISHED = 64;

  private final FoundHeaps before;
  private final boolean first;
  private final List<Origin> origins = new ArrayList<>();
  private final List<HeapAccount> joined = new ArrayList<>();
  private final List<Vanished> vanished = new ArrayList<>();
  private final List<Closed> closed = new ArrayList<>();

  /** The names that lead to heaps, each with the name of its heap. */
  private final Map<String, String> owners = new HashMap<>();

  /**
   * All heaps that providers named, but those that are closed already. If nothing comes of this
   * look, those of them that are new have to be closed.
   */
  private final List<Heap> named = new ArrayList<>();

  /** Begins a look, which is the first if there is nothing before. */
  HeapLook(@Nullable FoundHeaps before) {
    this.first = before == null;
    this.before = before == null ? FoundHeaps.NONE : before;
  }

  /**
   * Looks.
   *
   * @param given the heaps that the application gave
   * @param sources the providers, those last that are asked if the others have nothing to import
   * @throws IllegalStateException if this is the first look and a heap is at fault
   * @throws dev.dmabroker.DuplicateNameException if this is the first look and two heaps have one
   *     name
   */
  FoundHeaps run(List<Heap> given, List<HeapSource> sources) {
    // A heap that was there keeps its names until it is known to have vanished.
    before.open().forEach(heap -> heap.names().forEach(name -> owners.put(name, heap.name())));
    named.addAll(first ? given : List.of());
    origins.add(first ? new Origin(open(given), /* asked= */ true) : before.origins().get(0));
    for (HeapSource source : sources) {
      Origin known = first ? Origin.UNASKED : before.origins().get(origins.size());
      origins.add(isNeeded(source, known) ? ask(source, known) : known);
    }
    ClosedHeaps now = new ClosedHeaps(remembered(), FoundHeaps.open(origins));
    return new FoundHeaps(
        ImmutableList.copyOf(origins),
        now,
        ImmutableList.copyOf(
            Stream.concat(
                    before.leaving().stream().filter(HeapAccount::hasMemoryOut),
                    vanished.stream().map(Vanished::heap))
                .toList()),
        ImmutableList.copyOf(joined),
        ImmutableList.copyOf(vanished),
        now.newSince(before.closed()));
  }

  /** Tells whether to ask, which a fallback is only if no other heap can be imported. */
  private boolean isNeeded(HeapSource source, Origin known) {
    return known.asked()
        || !source.isFallback()
        || FoundHeaps.open(origins).stream().noneMatch(ClosedHeaps::isImportable);
  }

  /** Asks a provider, and returns its heaps. */
  private Origin ask(HeapSource source, Origin known) {
    HeapSource.Answer answer =
        source.ask(known.asked() ? known.heaps().stream().map(HeapAccount::heap).toList() : null);
    List<Heap> found = new ArrayList<>();
    for (Finding finding : answer.findings()) {
      if (finding instanceof Open open) {
        named.add(open.heap());
        found.add(open.heap());
      } else if (finding instanceof Closed shut) {
        closed.add(shut);
      }
    }
    List<HeapAccount> kept = new ArrayList<>();
    for (HeapAccount heap : known.heaps()) {
      if (!answer.whole() || isAmong(found, heap.heap())) {
        kept.add(heap);
      } else {
        vanish(heap, source);
      }
    }
    return new Origin(inOrder(found, kept), /* asked= */ true);
  }

  private static boolean isAmong(List<Heap> heaps, Heap heap) {
    return heaps.stream().anyMatch(each -> each == heap);
  }

  /**
   * Returns heaps in the order in which the provider found them, and those that it did not name.
   */
  private ImmutableList<HeapAccount> inOrder(List<Heap> found, List<HeapAccount> kept) {
    List<HeapAccount> left = new ArrayList<>(kept);
    List<HeapAccount> ordered = new ArrayList<>();
    for (Heap heap : found) {
      HeapAccount known =
          left.stream().filter(each -> each.heap() == heap).findFirst().orElse(null);
      if (known != null) {
        left.remove(known);
        ordered.add(known);
      } else {
        ordered.addAll(open(List.of(heap)));
      }
    }
    ordered.addAll(left);
    return ImmutableList.copyOf(ordered);
  }

  /** Opens accounts for heaps that are new, as far as they are in order. */
  private ImmutableList<HeapAccount> open(List<Heap> heaps) {
    ImmutableList.Builder<HeapAccount> opened = ImmutableList.builder();
    for (Heap heap : heaps) {
      if (!first && isInUse(heap)) {
        continue; // A provider that names a heap twice, or another's, gains nothing.
      }
      try {
        HeapAccount account = new HeapAccount(heap);
        claimNames(account);
        joined.add(account);
        opened.add(account);
      } catch (IllegalStateException e) {
        if (first) {
          throw e;
        }
        shut(heap, e);
      }
    }
    return opened.build();
  }

  private boolean isInUse(Heap heap) {
    return Stream.concat(before.open().stream(), joined.stream())
        .anyMatch(each -> each.heap() == heap);
  }

  /** Closes a heap that is new and cannot be used. */
  private void shut(Heap heap, IllegalStateException why) {
    named.removeIf(each -> each == heap);
    Guarded.run("closing a heap", heap::close);
    closed.add(
        new Closed(
            nameOf(heap),
            Closed.Kind.FAILED,
            String.valueOf(why.getMessage()),
            "correct what its provider gives"));
  }

  /** Returns the heap's name, or that of its class if the heap throws. */
  private static String nameOf(Heap heap) {
    try {
      return Foreign.ask(heap::name);
    } catch (HeapException e) {
      return heap.getClass().getName();
    }
  }

  /**
   * Has the names of a heap lead to it.
   *
   * @throws IllegalStateException if a name is blank, or taken
   */
  private void claimNames(HeapAccount heap) {
    Set<String> names = heap.names();
    for (String name : names) {
      if (name.isBlank()) {
        throw new IllegalStateException("a heap has a blank name: " + heap);
      }
      String other = owners.get(name);
      if (other != null) {
        String why = "heaps " + other + " and " + heap.name() + " both go by " + name;
        throw first ? Exceptions.duplicateName(why) : new IllegalStateException(why);
      }
    }
    names.forEach(name -> owners.put(name, heap.name()));
  }

  /** Notes that a heap is there no more, for the reason that its provider gives. */
  private void vanish(HeapAccount heap, HeapSource source) {
    heap.names().forEach(owners::remove);
    Closed said =
        closed.stream().filter(each -> each.heap().equals(heap.name())).findFirst().orElse(null);
    vanished.add(
        new Vanished(
            heap,
            new Closed(
                heap.name(),
                Closed.Kind.VANISHED,
                said != null
                    ? said.reason()
                    : "heap provider " + source.name() + " finds it no more",
                said != null
                    ? said.remedy()
                    : "load its driver again, or give its node back; the broker has to look again"
                        + " then, by rescan() or watchHeaps()")));
  }

  /** Returns the closed heaps with those that vanished, now or before, and have not come back. */
  private List<Closed> remembered() {
    Map<String, Closed> gone = new LinkedHashMap<>();
    vanished.forEach(each -> gone.put(each.why().heap(), each.why()));
    for (Closed old : before.closed().vanished()) {
      // That the machine does not have it is known already; any other reason is news.
      boolean isNews =
          closed.stream()
              .anyMatch(
                  each -> each.heap().equals(old.heap()) && each.kind() != Closed.Kind.MISSING);
      if (!isNews && gone.size() < MOST_VANISHED) {
        gone.putIfAbsent(old.heap(), old);
      }
    }
    gone.keySet().removeAll(owners.keySet());
    List<Closed> all = new ArrayList<>(gone.values());
    closed.stream().filter(each -> !gone.containsKey(each.heap())).forEach(all::add);
    return all;
  }

  /** Closes what this look opened, as nothing comes of it. */
  void abandon() {
    joined.clear(); // What was in use before is in use still, and nothing else.
    for (Heap heap : named) {
      if (!isInUse(heap)) {
        Guarded.run("closing a heap", heap::close);
      }
    }
    named.clear();
  }
}
