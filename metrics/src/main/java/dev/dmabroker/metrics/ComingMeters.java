package dev.dmabroker.metrics;

import io.micrometer.core.instrument.Tags;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The meters of things that come and go, each known by its tags. Meters are registered when a
 * census sees a thing for the first time, and taken out when a census does not see it any more. A
 * census is taken when the broker tells that a thing has come or gone, as a scrape that finds it so
 * while it reads the gauges shows no new meters.
 *
 * <p>Thread-safe. It is not known what a registry does when it is told of a meter, and it may read
 * a gauge. So no thread waits for a thread that registers: the latter goes on while there are later
 * censuses.
 *
 * @param <T> what stands for the meters of one thing
 */
final class ComingMeters<T> {
  private static final System.Logger LOG = System.getLogger("dev.dmabroker.metrics");

  private final Supplier<Registration> registrations;
  private final Function<Census, Set<Tags>> owners;
  private final BiFunction<Registration, Tags, T> register;
  private final ReentrantLock lock = new ReentrantLock();

  /** The last census that there was. */
  private final AtomicReference<@Nullable Census> latest = new AtomicReference<>();

  /** The last census that was followed. Written under the lock. */
  private volatile @Nullable Census followed;

  /** Changed under the lock. */
  private final Map<Tags, Entry<T>> registered = new ConcurrentHashMap<>();

  /** Guarded by the lock. */
  private boolean closed;

  private record Entry<T>(Registration registration, @Nullable T meters) {}

  /**
   * Makes the meters.
   *
   * @param registrations makes a registration for each thing
   * @param owners the things that a census has
   * @param register registers the meters of one thing
   */
  ComingMeters(
      Supplier<Registration> registrations,
      Function<Census, Set<Tags>> owners,
      BiFunction<Registration, Tags, T> register) {
    this.registrations = registrations;
    this.owners = owners;
    this.register = register;
  }

  /** The meters of one thing; null if it has none. */
  @Nullable T get(Tags owner) {
    Entry<T> entry = registered.get(owner);
    return entry == null ? null : entry.meters();
  }

  /**
   * Registers and removes meters after a census. A thread that finds the lock taken leaves the work
   * to the thread that has it.
   */
  void follow(Census census) {
    latest.accumulateAndGet(census, Census::later);
    while (latest.get() != followed && !lock.isHeldByCurrentThread() && lock.tryLock()) {
      try {
        Census next = Objects.requireNonNull(latest.get());
        followed = next;
        if (!closed) {
          follow(owners.apply(next));
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void follow(Set<Tags> now) {
    registered
        .entrySet()
        .removeIf(
            known -> {
              boolean isGone = !now.contains(known.getKey());
              if (isGone) {
                known.getValue().registration().removeAll();
              }
              return isGone;
            });
    for (Tags tags : now) {
      if (!registered.containsKey(tags)) {
        registered.put(tags, register(tags));
      }
    }
  }

  /**
   * Registers the meters of one thing, or none of them if the registry refuses one. That is no
   * concern of the others, nor of the gauge that is being read.
   */
  private Entry<T> register(Tags tags) {
    Registration registration = registrations.get();
    try {
      return new Entry<>(registration, register.apply(registration, tags));
    } catch (Throwable t) {
      LOG.log(Level.WARNING, "no meters of " + tags + ", as the registry refused one", t);
      registration.removeAll();
      return new Entry<>(registration, null);
    }
  }

  /** Takes all meters out of the registry. */
  void close() {
    lock.lock();
    try {
      closed = true;
      registered.values().forEach(each -> each.registration().removeAll());
      registered.clear();
    } finally {
      lock.unlock();
    }
  }
}
