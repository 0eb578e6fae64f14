package dev.dmabroker.internal.buffer;

import dev.dmabroker.event.BufferMove;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.gate.Place;
import dev.dmabroker.internal.runtime.AfterLock;
import dev.dmabroker.internal.runtime.Caller;
import dev.dmabroker.internal.runtime.Workers;
import dev.dmabroker.internal.watch.EventRecords;
import dev.dmabroker.internal.watch.Listeners;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The request of a map that the gate did not let in. */
final class MapRequest extends Request<BufferMapping> {
  private final AttachedDevice attachment;
  private final Access access;

  /** Whether the calling thread waits for the map. */
  private final boolean parks;

  /** Whether the asker does nothing until it has the map. */
  private final boolean holdsUpAsker;

  /** The stack of the call, if call sites are to be noted. */
  private final @Nullable Throwable callSite;

  private final long sinceNanos;

  /**
   * Makes the request of a map.
   *
   * @param parks whether the calling thread will wait for the map
   */
  MapRequest(BufferLife life, AttachedDevice attachment, Access access, boolean parks) {
    this(life, attachment, access, parks, parks, Caller.current());
  }

  /** Makes the request of a map for a caller that waits, and is no thread of this JVM. */
  MapRequest(BufferLife life, AttachedDevice attachment, Access access, Object asker) {
    this(life, attachment, access, /* parks= */ false, /* holdsUpAsker= */ true, asker);
  }

  private MapRequest(
      BufferLife life,
      AttachedDevice attachment,
      Access access,
      boolean parks,
      boolean holdsUpAsker,
      Object asker) {
    super(life, asker);
    this.attachment = attachment;
    this.access = access;
    this.parks = parks;
    this.holdsUpAsker = holdsUpAsker;
    this.callSite = life.services().callSite();
    this.sinceNanos = life.services().time().nanos();
  }

  @Override
  void check() {
    Refusals.checkUsable(life, attachment, "map");
  }

  @Override
  boolean isServable() {
    return attachment.gate().lets(access) != null || SelfWait.isReentry(this);
  }

  @Override
  void perform(AfterLock after) {
    grantNew(after, () -> admitTo(life.resident(), after));
  }

  /** Makes the mapping, noted as the mapping of the thread that asked. Under the lock. */
  private BufferMapping admitTo(Place place, AfterLock after) {
    return attachment.admit(place, access, asker(), holdsUpAsker, callSite, after);
  }

  @Override
  public @Nullable Overwriting claimToOverwrite(Place target, AfterLock after) {
    return overwrites() && attachment.suits(target) && claim(after) ? new Overwrite(target) : null;
  }

  /** This map, claimed, in the place where it overwrites the contents. */
  private final class Overwrite implements Overwriting {
    private final Place target;
    private @Nullable BufferMapping mapping;

    Overwrite(Place target) {
      this.target = target;
    }

    @Override
    public void admit(AfterLock after) {
      mapping = admitTo(target, after);
    }

    @Override
    public void grant(AfterLock after) {
      if (mapping != null) {
        MapRequest.this.grant(after, mapping);
      }
    }
  }

  @Override
  void drop(BufferMapping granted) {
    granted.close();
  }

  @Override
  boolean needsDrain() {
    return life.place != null && !attachment.suits(life.place);
  }

  @Override
  BufferMove.Cause moveCause() {
    return BufferMove.Cause.MAP;
  }

  @Override
  AttachedDevice attachment() {
    return attachment;
  }

  boolean overwrites() {
    return access == Access.OVERWRITE;
  }

  @Override
  boolean parks() {
    return parks;
  }

  @Override
  boolean holdsUpAsker() {
    return holdsUpAsker;
  }

  /** A map to overwrite stays granted, as the old contents may have been dropped for its sake. */
  @Override
  boolean takeBack(BufferMapping granted) {
    if (overwrites()) {
      return false;
    }
    granted.close();
    return true;
  }

  @Override
  Runnable waited(boolean granted) {
    Listeners listeners = life.services().listeners();
    long waitedNanos = life.services().time().nanos() - sinceNanos;
    var event =
        new EventRecords.MapStalled(
            life.name, attachment.device().name(), Duration.ofNanos(waitedNanos), granted);
    return () -> listeners.tell(listener -> listener.stalled(event));
  }

  @Override
  public String describe() {
    return "map " + life.name + " for " + attachment.device().name() + " (" + access + ")";
  }

  // ---- Asynchronous maps ----

  /**
   * Hands the end of the request to the future that the application got. That runs on the callback
   * executor, so that stages chained to the future hold up no thread of the broker.
   */
  void hand(MapFuture exposed) {
    Workers workers = life.services().workers();
    waiting().then((mapping, failure) -> workers.callback(() -> exposed.end(mapping, failure)));
    exposed.giveUpIfCancelled(this);
  }

  /** Does at once what the callback executor will do, for a thread that cannot wait for that. */
  void handNow(MapFuture exposed) {
    if (waiting().isTold()) {
      waiting().then(exposed::end);
    }
  }
}
