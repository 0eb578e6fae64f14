package dev.dmabroker.heuristics;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Learns which devices attach to buffers that already have memory, for {@link Foresight}. Two
 * buffers are of one kind if they hold equal contents and one device attached to both first. The
 * history serves pipelines that start again and again before all their devices are there: for
 * example, an encoder joins when the user starts a recording. Give it to the broker as a listener,
 * and have it called in place, so that it knows of an attach before the buffer is placed:
 *
 * <pre>
 *   var history = new AttachHistory();
 *   Broker.builder()
 *       .listener(history, Delivery.IN_PLACE)
 *       .heuristic(new Foresight(new LeastCost(), history))
 * </pre>
 *
 * <p>Each new buffer of a kind makes earlier observations of the kind count less, by half after a
 * set number of buffers. The history remembers a set number of kinds, 16 devices of each, and the
 * last 4096 buffers; beyond that, it forgets the least recently used kind, the rarest device and
 * the oldest buffer.
 *
 * <p>Thread-safe: this object's lock guards all state, and nothing is called with the lock held.
 */
public final class AttachHistory implements BrokerListener {
  /** The default number of buffers after which an observation counts half. */
  public static final double DEFAULT_HALF_LIFE_BUFFERS = 16;

  /** The default number of kinds that are remembered. */
  public static final int DEFAULT_MAX_KINDS = 256;

  static final int MAX_BUFFERS = 4096;

  private final double keptPerBuffer;

  /** The kinds in order of use; guarded by this. */
  private final Map<Kind, Learnt> kinds;

  /** The buffers by number, in order of age; guarded by this. */
  private final Map<Long, Begun> buffers = bounded(MAX_BUFFERS);

  /** Makes a history with the defaults. */
  public AttachHistory() {
    this(DEFAULT_HALF_LIFE_BUFFERS, DEFAULT_MAX_KINDS);
  }

  /**
   * Makes a history with other limits.
   *
   * @param halfLifeBuffers new buffers of a kind after which an observation counts half
   * @param maxKinds kinds to remember
   * @throws IllegalArgumentException unless the half-life is positive and finite, and there is at
   *     least one kind
   */
  public AttachHistory(double halfLifeBuffers, int maxKinds) {
    if (!(halfLifeBuffers > 0 && Double.isFinite(halfLifeBuffers))) {
      throw new IllegalArgumentException(
          "the half-life must be positive and finite, is " + halfLifeBuffers + " buffers");
    }
    if (maxKinds < 1) {
      throw new IllegalArgumentException("must remember at least 1 kind, not " + maxKinds);
    }
    keptPerBuffer = Math.pow(0.5, 1 / halfLifeBuffers);
    kinds = bounded(maxKinds);
  }

  /**
   * A device that tends to attach late.
   *
   * @param device the device, as it was last seen
   * @param probability that it attaches late to a buffer of the kind, 0 to 1
   * @param evidence how many buffers of the kind this was learnt from; old ones count less
   */
  record Expectation(User device, double probability, double evidence) {}

  @Override
  public synchronized void attached(DeviceAttached event) {
    if (event.before().isEmpty()) {
      begin(event);
    } else if (event.heap().isPresent()) {
      attachedLate(event);
    }
  }

  private void begin(DeviceAttached event) {
    Kind kind = new Kind(event.spec(), event.device().device());
    Learnt learnt = used(kind);
    if (learnt == null) {
      learnt = new Learnt();
      kinds.put(kind, learnt);
    }
    learnt.begin(keptPerBuffer);
    buffers.remove(event.bufferId());
    buffers.put(event.bufferId(), new Begun(kind, new HashSet<>()));
  }

  /** Counts a late attach. A device that comes and goes counts once for each buffer. */
  private void attachedLate(DeviceAttached event) {
    String device = event.device().device();
    Begun begun = buffers.get(event.bufferId());
    if (begun == null
        || device.equals(begun.kind.firstDevice)
        || begun.late.size() == Learnt.MAX_DEVICES
        || !begun.late.add(device)) {
      return;
    }
    Learnt learnt = used(begun.kind);
    if (learnt != null) {
      learnt.late(event.device());
    }
  }

  private @Nullable Learnt used(Kind kind) {
    Learnt learnt = kinds.remove(kind);
    if (learnt != null) {
      kinds.put(kind, learnt);
    }
    return learnt;
  }

  /**
   * The devices that have attached late to buffers of this kind, the likeliest first.
   *
   * @param spec what the buffer holds
   * @param firstDevice the name of the device that attached first
   */
  synchronized List<Expectation> expected(BufferSpec spec, String firstDevice) {
    Learnt learnt = kinds.get(new Kind(spec, firstDevice));
    return learnt == null ? List.of() : learnt.expected();
  }

  private static <K, V> Map<K, V> bounded(int max) {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > max;
      }
    };
  }

  private record Kind(BufferSpec spec, String firstDevice) {}

  private record Begun(Kind kind, Set<String> late) {}
}
