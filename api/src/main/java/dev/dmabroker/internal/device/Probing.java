package dev.dmabroker.internal.device;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.dmabroker.Device.Finding;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.internal.placement.ConstraintViews;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Foreign;
import dev.dmabroker.internal.runtime.MemoryFaults;
import dev.dmabroker.internal.watch.StateRecords;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.DeviceProbe.Answer;
import dev.dmabroker.spi.DeviceProbe.Verdict;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.spi.Trait.Basis;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Joins what a device declares with what a {@link DeviceProbe} finds out about it: a heap that the
 * device refuses is forbidden to it. A heap that could not be tried is judged by the other heaps,
 * if one trait tells all that the device accepted from all that it refused.
 *
 * @param alternatives what the device asks, at least one
 * @param findings a finding for each heap; empty if there is no probe
 * @param tried what the device itself said, of each heap
 */
record Probing(
    List<Constraints> alternatives,
    ImmutableList<Finding> findings,
    ImmutableMap<HeapAccount, Finding> tried) {

  /** The traits that drivers are known to depend on, with their names. */
  private static final List<Telling> TELLING =
      List.of(
          new Telling("physically contiguous", HeapTraits::contiguous),
          new Telling("a dma-buf", HeapTraits::deviceAccess),
          new Telling("cached", HeapTraits::cached));

  private record Telling(String words, Function<HeapTraits, Trait<Boolean>> trait) {}

  /**
   * Asks the device, if there is a probe. This calls heaps and the device, so it must not run under
   * a lock.
   */
  static Probing of(DeviceSpec spec, List<HeapAccount> heaps) {
    return new Probing(spec.alternatives(), ImmutableList.of(), ImmutableMap.of())
        .with(spec, heaps);
  }

  /** Tells whether the device was asked about all of these heaps, or cannot be asked. */
  boolean knows(DeviceSpec spec, List<HeapAccount> heaps) {
    return spec.probe().isEmpty() || tried.keySet().containsAll(heaps);
  }

  /**
   * Asks the device about the heaps that it was not asked about. What it said of a heap that
   * vanished counts until no memory of that heap is left, or another heap has the name.
   */
  Probing with(DeviceSpec spec, List<HeapAccount> heaps) {
    DeviceProbe probe = spec.probe().orElse(null);
    if (probe == null) {
      return this;
    }
    Map<HeapAccount, Finding> known = new LinkedHashMap<>(tried);
    List<HeapAccount> fresh = heaps.stream().filter(heap -> !known.containsKey(heap)).toList();
    if (!fresh.isEmpty()) {
      synchronized (probe) { // A probe is made for one caller at a time.
        known.putAll(ask(probe, spec, fresh));
      }
    }
    Set<String> names = heaps.stream().map(HeapAccount::name).collect(Collectors.toSet());
    ImmutableMap.Builder<HeapAccount, Finding> all = ImmutableMap.builder();
    heaps.forEach(heap -> all.put(heap, Objects.requireNonNull(known.get(heap))));
    known.forEach(
        (heap, said) -> {
          if (!heaps.contains(heap) && heap.hasMemoryOut() && !names.contains(heap.name())) {
            all.put(heap, said);
          }
        });
    return of(spec, all.buildOrThrow());
  }

  /** Asks the device about heaps, in their order. */
  private static Map<HeapAccount, Finding> ask(
      DeviceProbe probe, DeviceSpec spec, List<HeapAccount> heaps) {
    Map<HeapAccount, Finding> tried = new LinkedHashMap<>();
    try {
      DeviceProbe.Sample sample = probe.sample(spec.constraints());
      for (HeapAccount heap : heaps) {
        tried.put(heap, ask(probe, sample, heap));
      }
    } catch (Throwable e) {
      EngineLog.LOG.log(Level.WARNING, "probe " + nameOf(probe) + " threw", e);
      for (HeapAccount heap : heaps) {
        tried.putIfAbsent(
            heap,
            new StateRecords.Finding(
                heap.name(), Verdict.UNKNOWN, Basis.UNKNOWN, "the probe threw " + e));
      }
    } finally {
      close(probe);
    }
    return tried;
  }

  /** Works out what the device asks, from what it declares and what it said of heaps. */
  private static Probing of(DeviceSpec spec, ImmutableMap<HeapAccount, Finding> tried) {
    ImmutableList<Finding> findings = infer(tried.values().asList(), tried.keySet().asList());
    List<String> refused =
        findings.stream()
            .filter(finding -> finding.verdict() == Verdict.REFUSED)
            .map(Finding::heap)
            .toList();
    return new Probing(
        spec.alternatives().stream()
            .map(each -> ConstraintViews.get().forbidding(each, refused))
            .toList(),
        findings,
        tried);
  }

  /** Tells whether the device takes that memory, as far as it can be asked. */
  static boolean takes(DeviceProbe probe, DeviceSpec spec, HeapMemory memory) {
    synchronized (probe) { // A probe is made for one caller at a time.
      try {
        DeviceProbe.Sample sample = probe.sample(spec.constraints());
        return sample.sizeBytes() <= memory.sizeBytes()
            && probe.tryImport(memory.backing(), sample).verdict() == Verdict.ACCEPTED;
      } catch (Throwable e) {
        EngineLog.LOG.log(Level.WARNING, "probe " + nameOf(probe) + " threw", e);
        return false;
      } finally {
        close(probe);
      }
    }
  }

  /** Has the device import memory of one heap, and gives the memory back. */
  private static Finding ask(DeviceProbe probe, DeviceProbe.Sample sample, HeapAccount heap) {
    HeapMemory memory;
    try {
      memory = heap.allocate(new Heap.Request(nameOf(probe), sample.sizeBytes()));
    } catch (HeapException e) {
      return new StateRecords.Finding(
          heap.name(),
          Verdict.UNKNOWN,
          Basis.UNKNOWN,
          "the heap gave no memory to try it with: " + e.getMessage());
    }
    try {
      Answer answer = probe.tryImport(memory.backing(), sample);
      MemoryFaults.surface();
      return new StateRecords.Finding(
          heap.name(),
          answer.verdict(),
          answer.verdict() == Verdict.UNKNOWN ? Basis.UNKNOWN : Basis.PROBED,
          answer.reason());
    } catch (Throwable e) {
      EngineLog.LOG.log(Level.WARNING, "probe " + nameOf(probe) + " threw", e);
      return new StateRecords.Finding(
          heap.name(), Verdict.UNKNOWN, Basis.UNKNOWN, "the probe threw " + e);
    } finally {
      memory.release();
    }
  }

  /** Returns the probe's name, or that of its class if the probe throws. */
  private static String nameOf(DeviceProbe probe) {
    try {
      return Foreign.ask(probe::name);
    } catch (HeapException e) {
      return probe.getClass().getName();
    }
  }

  private static void close(DeviceProbe probe) {
    try {
      probe.close();
    } catch (Throwable e) {
      EngineLog.LOG.log(Level.WARNING, "probe " + nameOf(probe) + " threw while it was closed", e);
    }
  }

  /** Judges the heaps that could not be tried by the trait that tells the others apart. */
  private static ImmutableList<Finding> infer(List<Finding> tried, List<HeapAccount> heaps) {
    Telling telling = telling(tried, heaps).orElse(null);
    ImmutableList.Builder<Finding> findings = ImmutableList.builder();
    for (int i = 0; i < tried.size(); i++) {
      Finding finding = tried.get(i);
      if (finding.verdict() != Verdict.UNKNOWN || telling == null) {
        findings.add(finding);
        continue;
      }
      boolean has = telling.trait().apply(heaps.get(i).traits()).is(true);
      findings.add(
          new StateRecords.Finding(
              finding.heap(),
              has ? Verdict.ACCEPTED : Verdict.REFUSED,
              Basis.ASSUMED,
              "of the heaps that were tried, the device took those that are "
                  + telling.words()
                  + ", and no other; this one is "
                  + (has ? "" : "not known to be ")
                  + telling.words()
                  + ". It was not tried: "
                  + finding.reason()));
    }
    return findings.build();
  }

  /** Returns the first trait that all accepted heaps have and no refused heap has. */
  private static Optional<Telling> telling(List<Finding> tried, List<HeapAccount> heaps) {
    boolean accepted = tried.stream().anyMatch(each -> each.verdict() == Verdict.ACCEPTED);
    boolean refused = tried.stream().anyMatch(each -> each.verdict() == Verdict.REFUSED);
    if (!accepted || !refused) {
      return Optional.empty();
    }
    return TELLING.stream()
        .filter(
            telling -> {
              for (int i = 0; i < tried.size(); i++) {
                Verdict verdict = tried.get(i).verdict();
                boolean has = telling.trait().apply(heaps.get(i).traits()).is(true);
                if (verdict != Verdict.UNKNOWN && has != (verdict == Verdict.ACCEPTED)) {
                  return false;
                }
              }
              return true;
            })
        .findFirst();
  }
}
