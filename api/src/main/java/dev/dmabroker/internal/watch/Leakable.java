package dev.dmabroker.internal.watch;

import dev.dmabroker.internal.runtime.LostHandles;
import dev.dmabroker.internal.runtime.Time;
import java.lang.ref.PhantomReference;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a handle stands for that users have to close. The handle is all that they hold, and nothing
 * of the broker refers to it: so once it is unreachable nobody can close it any more, and {@link
 * #lost} is called. What stands for it goes on living in the broker, and is that reference itself
 * rather than having one, as there may be hundreds of thousands. This is what {@link
 * java.lang.ref.Cleaner} does, which needs two more objects each.
 */
public abstract class Leakable extends PhantomReference<Object> implements LostHandles.Lost {
  private final long sinceNanos;
  private final @Nullable Throwable created;

  /**
   * A handle that is being made.
   *
   * @param handle the handle
   * @param site where, if that is to be noted
   */
  public record Origin(Object handle, @Nullable Throwable site) {}

  /**
   * Of a handle.
   *
   * @param origin null if the broker itself is the user
   * @param leaks who notices
   */
  public Leakable(@Nullable Origin origin, Leaks leaks) {
    super(origin == null ? null : origin.handle(), leaks.queue());
    this.sinceNanos = leaks.time().nanos();
    this.created = origin == null ? null : origin.site();
  }

  public final long sinceNanos() {
    return sinceNanos;
  }

  public final Duration age(Time time) {
    return Duration.ofNanos(Math.max(0, time.nanos() - sinceNanos));
  }

  public final Optional<Throwable> created() {
    return Optional.ofNullable(created);
  }
}
