package dev.dmabroker.fuzz;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.fuzz.Hostility.Fault;
import dev.dmabroker.fuzz.Hostility.Site;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.RebalancePolicy;
import dev.dmabroker.testing.InOrder;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Extensions other than heaps, which fail as their {@link Hostility} has it. */
final class HostileExtensions {
  private HostileExtensions() {}

  /** Ranks in order, and moves idle buffers out; or throws, or names what is not there. */
  record Heuristic(Hostility hostility) implements PlacementHeuristic {
    @Override
    public String name() {
      return "hostile";
    }

    @Override
    public List<Ranked> rank(Request request) {
      Fault fault = hostility.strikeSilently(Site.RANK);
      List<Ranked> ranked = new InOrder().rank(request);
      return switch (fault) {
        case NULL -> Draw.nothing();
        case LIE -> lying(ranked);
        default -> ranked;
      };
    }

    private static List<Ranked> lying(List<Ranked> ranked) {
      List<Ranked> lies = new ArrayList<>(ranked);
      lies.addAll(ranked);
      lies.add(0, new Ranked("no such heap", Double.NaN, Draw.<String>nothing()));
      lies.add(Draw.nothing());
      return lies;
    }

    @Override
    public Eviction evict(Crowded crowded) {
      return switch (hostility.strikeSilently(Site.EVICT)) {
        case NULL -> Draw.nothing();
        case LIE -> new Eviction(List.of(-1L, Long.MAX_VALUE), Double.MIN_VALUE);
        default ->
            new Eviction(crowded.residents().stream().map(Resident::id).limit(2).toList(), 1e9);
      };
    }
  }

  /** Moves all out that could leave, again and again; or throws, or names what is not there. */
  record Rebalancing(Hostility hostility) implements RebalancePolicy {
    private static final Optional<Duration> SOON = Optional.of(Duration.ofMillis(1));

    @Override
    public Choice choose(Occupied occupied) {
      return switch (hostility.strikeSilently(Site.REBALANCE)) {
        case NULL -> Draw.nothing();
        case LIE -> new Choice(List.of(-1L, Long.MAX_VALUE), 1e9, Double.MIN_VALUE, SOON);
        default ->
            new Choice(
                occupied.candidates().stream().map(each -> each.resident().id()).toList(),
                1e3,
                1e12,
                SOON);
      };
    }
  }

  /** Copies by itself or half of it, and throws then. */
  record HalfMover(Hostility hostility) implements Mover {
    @Override
    public String name() {
      return "hostile";
    }

    @Override
    public void prepare(Copy copy) throws HeapException {
      Fault unused = hostility.strike(Site.PREPARE_COPY);
    }

    @Override
    public long copy(Copy copy) throws HeapException {
      int bytes = (int) Math.min(copy.from().sizeBytes(), copy.to().sizeBytes());
      ByteBuffer from = copy.from().bytes(0, bytes);
      ByteBuffer to = copy.to().bytes(0, bytes);
      if (from == null || to == null) {
        throw new HeapException(HeapException.Kind.FAILED, "there are no bytes");
      }
      to.put(0, from, 0, bytes / 2);
      Fault unused = hostility.strike(Site.COPY);
      if (!copy.source().equals(copy.target())) {
        throw new HeapException(HeapException.Kind.FAILED, "the layouts differ");
      }
      to.put(0, from, 0, bytes);
      return bytes;
    }
  }

  /** Accepts memory, or lies, or throws. */
  record Probe(Hostility hostility) implements DeviceProbe {
    @Override
    public String name() {
      return "hostile";
    }

    @Override
    public Sample sample(Constraints declared) {
      return switch (hostility.strikeSilently(Site.PROBE_SAMPLE)) {
        case NULL -> Draw.nothing();
        case LIE -> new Sample(Long.MAX_VALUE, BlobSpec.of(1).layout());
        default -> new Sample(4096, BlobSpec.of(4096).layout());
      };
    }

    @Override
    public Answer tryImport(Backing backing, Sample sample) {
      return switch (hostility.strikeSilently(Site.PROBE_IMPORT)) {
        case NULL -> Draw.nothing();
        case LIE -> new Answer(Verdict.REFUSED, "in a bad mood");
        default -> new Answer(Verdict.ACCEPTED, "in a good mood");
      };
    }

    @Override
    public void close() {
      Fault unused = hostility.strikeSilently(Site.PROBE_CLOSE);
    }
  }

  /** A listener that reads each event, and then throws or takes its time. */
  static BrokerListener listener(Hostility hostility, Oracles oracles) {
    return (BrokerListener)
        Proxy.newProxyInstance(
            BrokerListener.class.getClassLoader(),
            new Class<?>[] {BrokerListener.class},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> "hostile listener";
                };
              }
              Getters.readAll(arguments[0], oracles);
              Fault unused = hostility.strikeSilently(Site.LISTENER);
              return null;
            });
  }

  /** Runs tasks in another executor, or in place, or rejects one. */
  record CallbackExecutor(Executor executor, Hostility hostility) implements Executor {
    @Override
    public void execute(Runnable task) {
      switch (hostility.strikeSilently(Site.EXECUTE)) {
        case LIE -> throw new RejectedExecutionException("full");
        default -> executor.execute(task);
      }
    }
  }
}
