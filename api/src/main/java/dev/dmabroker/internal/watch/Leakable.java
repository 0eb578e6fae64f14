package dev.dmabroker.internal.watch;

import dev.dmabroker.internal.runtime.LostHandles;
import dev.dmabroker.internal.runtime.Time;
import java.lang.ref.PhantomReference;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stands in the broker for a handle that applications have to close: the handle of a buffer, an
 * attachment or a mapping. The handle is all that applications hold, and nothing of the broker
 * refers to it: so once the handle is unreachable no code can close it any more, and {@link #lost}
 * is called. This object goes on living in the broker. It is itself the phantom reference to the
 * handle rather than having one, as there may be hundreds of thousands of them. {@link
 * java.lang.ref.Cleaner} does this, too, but needs two more objects for each handle.
 */
public abstract class Leakable extends PhantomReference<Object> implements LostHandles.Lost {
  private final long sinceNanos;
  private final @Nullable Throwable created;

  /**
   * Describes a handle that is being made.
   *
   * @param handle the handle
   * @param site where the handle is made; null if that is not to be noted
   */
  public record Origin(Object handle, @Nullable Throwable site) {}

  /**
   * Refers to a handle, without keeping it reachable.
   *
   * @param origin the handle; null if the broker itself is the user
   * @param leaks notices the loss of the handle
   */
  public Leakable(@Nullable Origin origin, Leaks leaks) {
    super(origin == null ? null : origin.handle(), leaks.queue());
    this.sinceNanos = leaks.time().nanos();
    this.created = origin == null ? null : origin.site();
  }

  /** Returns when the handle was made. */
  public final long sinceNanos() {
    return sinceNanos;
  }

  /** Returns how long ago the handle was made. */
  public final Duration age(Time time) {
    return Duration.ofNanos(Math.max(0, time.nanos() - sinceNanos));
  }

  /** Returns where the handle was made; empty if that was not noted. */
  public final Optional<Throwable> created() {
    return Optional.ofNullable(created);
  }
}
