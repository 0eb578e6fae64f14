package dev.dmabroker.testing;

import dev.dmabroker.BufferStream;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.BrokerSnapshot.LeaseState;
import dev.dmabroker.event.MoveStats;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.BlobSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What holds in every snapshot of a broker, whatever the broker does meanwhile.
 *
 * <p>A buffer, a stream, a heap and the budgets are each read under their own lock, so all numbers
 * of one of them agree. Two of them are read one after the other, and other threads go on in
 * between: memory that a buffer has in a snapshot may be gone from its heap in that snapshot, and
 * memory that a heap has given may belong to a buffer that came after the buffers were read. So
 * {@link #check(BrokerSnapshot)} compares nothing between two of them, and {@link #checkAtRest}
 * does, for a broker in which no other thread allocates, moves or gives back.
 *
 * <p>Two things that seem to hold do not. A holder's device need not be attached: a mapping
 * outlives its attachment. And a place that a buffer has left need not have a holder: its last
 * reader frees its slot before it takes the buffer's lock. What lingers is not looked at, as that
 * is the heap's word.
 */
public final class SnapshotInvariants {
  private static final Set<State> WITHOUT_MEMORY =
      EnumSet.of(State.UNBACKED, State.ALLOCATING, State.RELEASED);

  /** No use begins that may write. */
  private static final Set<State> CHANGING = EnumSet.of(State.DRAINING, State.MOVING);

  private final List<String> broken = new ArrayList<>();

  private SnapshotInvariants() {}

  /**
   * Fails and names each invariant that is broken, of those that hold while other threads go on.
   */
  public static void check(BrokerSnapshot snapshot) {
    SnapshotInvariants invariants = new SnapshotInvariants();
    invariants.broker(snapshot);
    invariants.fail(snapshot);
  }

  /** Fails also if the parts disagree, which they may do while other threads go on. */
  public static void checkAtRest(BrokerSnapshot snapshot) {
    SnapshotInvariants invariants = new SnapshotInvariants();
    invariants.broker(snapshot);
    invariants.parts(snapshot);
    invariants.fail(snapshot);
  }

  /** Fails and names each invariant that is broken in the state of one stream. */
  public static void check(StreamState stream) {
    SnapshotInvariants invariants = new SnapshotInvariants();
    invariants.stream(stream);
    invariants.fail(stream);
  }

  private void fail(Object seen) {
    if (!broken.isEmpty()) {
      throw new AssertionError(String.join("\n", broken) + "\nin " + seen);
    }
  }

  private void that(boolean holds, String which, String invariant) {
    if (!holds) {
      broken.add(which + ": " + invariant);
    }
  }

  private void notNegative(String which, String what, long number) {
    that(number >= 0, which, what + " is " + number);
  }

  private void notNegative(String which, String what, Duration time) {
    that(!time.isNegative(), which, what + " is " + time);
  }

  // ---- The broker ----

  private void broker(BrokerSnapshot snapshot) {
    snapshot.heaps().forEach(this::heap);
    unique(
        "the open heaps",
        snapshot.heaps().stream()
            .filter(heap -> heap.vanished().isEmpty())
            .map(HeapState::name)
            .toList());
    snapshot
        .devices()
        .forEach(device -> notNegative(device.name(), "longestHold", device.longestHold()));
    unique("the devices", snapshot.devices().stream().map(device -> device.name()).toList());
    snapshot.buffers().forEach(this::buffer);
    unique("the buffers", snapshot.buffers().stream().map(BufferState::id).toList());
    for (BrokerSnapshot.BudgetState budget : snapshot.budgets()) {
      notNegative(budget.name(), "reservedBytes", budget.reservedBytes());
      that(
          budget.reservedBytes() <= budget.limitBytes(),
          budget.name(),
          budget.reservedBytes() + " bytes are reserved of " + budget.limitBytes());
    }
    snapshot.streams().forEach(this::stream);
    notNegative("the fences", "pending", snapshot.fences().pending());
    notNegative("the listeners", "droppedEvents", snapshot.droppedEvents());
    for (BrokerSnapshot.ListenerState listener : snapshot.listeners()) {
      notNegative(listener.type(), "delivered", listener.delivered());
      notNegative(listener.type(), "queued", listener.queued());
    }
    notNegative("the leaks", "mappings", snapshot.leaks().mappings());
    notNegative("the leaks", "attachments", snapshot.leaks().attachments());
    notNegative("the leaks", "buffers", snapshot.leaks().buffers());
    that(
        snapshot.maps() >= snapshot.buffers().stream().mapToLong(BufferState::maps).sum(),
        "the broker",
        "there are fewer maps than its buffers have");
  }

  private void unique(String which, List<?> names) {
    that(new HashSet<>(names).size() == names.size(), which, "two have one name in " + names);
  }

  private void heap(HeapState heap) {
    String which = "heap " + heap.name();
    notNegative(which, "backings", heap.backings());
    notNegative(which, "usedBytes", heap.usedBytes());
    that(
        heap.backings() > 0 || heap.usedBytes() == 0,
        which,
        heap.usedBytes() + " bytes are used by no allocation");
  }

  // ---- A buffer, read under its lock ----

  private void buffer(BufferState buffer) {
    String which = "buffer " + buffer.name();
    that(buffer.state() != State.RELEASED, which, "it has ended");
    memory(buffer, which);
    notNegative(which, "waiting", buffer.waiting());
    notNegative(which, "retired", buffer.retired());
    that(
        buffer.state() == State.RESIDENT || buffer.pinned().isEmpty(),
        which,
        "it is pinned by " + buffer.pinned() + " in " + buffer.state());
    that(
        buffer.attached().containsAll(buffer.pinned()),
        which,
        buffer.pinned() + " pinned it, but attached are " + buffer.attached());
    that(
        buffer.holders().isEmpty() || buffer.heap().isPresent() || buffer.retired() > 0,
        which,
        "it is nowhere, but held by " + buffer.holders());
    buffer
        .holders()
        .forEach(
            holder -> {
              that(holder.buffer().equals(buffer.name()), which, "it is not held by " + holder);
              notNegative(which, "the hold of " + holder, holder.held());
            });
    buffer.leases().forEach(lease -> lease(lease, buffer, which));
    that( // A mapping that becomes a lease is there twice for a moment.
        buffer.maps() + buffer.leases().size() >= buffer.holders().size(),
        which,
        buffer.maps() + " maps were made, but it is held by " + buffer.holders());
    moves(buffer, which);
  }

  private void lease(LeaseState lease, BufferState buffer, String which) {
    notNegative(which, "the uses of " + lease, lease.uses());
    that(
        lease.generation() <= buffer.generation() && lease.generation() > 0,
        which,
        "it has had " + buffer.generation() + " places, but " + lease);
    if (lease.open()) {
      that(
          lease.generation() == buffer.generation() && buffer.heap().isPresent(),
          which,
          "it lies in place " + buffer.generation() + ", but open is " + lease);
      that(
          !lease.access().writes() || !CHANGING.contains(buffer.state()),
          which,
          "it is " + buffer.state() + ", but open is " + lease);
      that(
          buffer.attached().contains(lease.device()),
          which,
          "attached are " + buffer.attached() + ", but open is " + lease);
    }
  }

  private void memory(BufferState buffer, String which) {
    boolean has = !WITHOUT_MEMORY.contains(buffer.state());
    that(
        buffer.heap().isPresent() == has,
        which,
        "its heap is " + buffer.heap() + " in " + buffer.state());
    that(
        buffer.residentSince().isPresent() == has,
        which,
        "it is resident since " + buffer.residentSince() + " in " + buffer.state());
    that(
        has ? buffer.sizeBytes() > 0 : buffer.sizeBytes() == 0,
        which,
        "it has " + buffer.sizeBytes() + " bytes in " + buffer.state());
    that(
        !has
            || !(buffer.spec() instanceof BlobSpec)
            || buffer.sizeBytes() >= buffer.spec().layout().sizeBytes(),
        which,
        "it has only " + buffer.sizeBytes() + " bytes for " + buffer.spec());
    notNegative(which, "generation", buffer.generation());
    that(!has || buffer.generation() > 0, which, "it has had no place, but memory");
  }

  private void moves(BufferState buffer, String which) {
    MoveStats moves = buffer.moves();
    notNegative(which, "moves().done", moves.done());
    notNegative(which, "moves().rolledBack", moves.rolledBack());
    notNegative(which, "moves().attempts", moves.attempts());
    notNegative(which, "moves().copiedBytes", moves.copiedBytes());
    notNegative(which, "moves().backOff", moves.backOff());
    notNegative(which, "moves().longestDrain", moves.longestDrain());
    that(
        moves.longestDrain().compareTo(moves.longestStall()) <= 0,
        which,
        "a drain took " + moves.longestDrain() + ", a stall no more than " + moves.longestStall());
    that(
        moves.attempts() <= moves.maxAttempts() && moves.attempts() <= moves.rolledBack(),
        which,
        moves.attempts()
            + " attempts failed of at most "
            + moves.maxAttempts()
            + ", and of all that were rolled back, "
            + moves.rolledBack());
    that(
        moves.done() == 0 || buffer.generation() > moves.done(),
        which,
        moves.done() + " moves led to place " + buffer.generation());
  }

  // ---- A stream, read under its lock ----

  private void stream(StreamState stream) {
    String which = "stream " + stream.name();
    notNegative(which, "free", stream.free());
    notNegative(which, "filling", stream.filling());
    notNegative(which, "inFlight", stream.inFlight());
    that(
        stream.free() + stream.filling() + stream.inFlight() == stream.depth(),
        which,
        "free, filling and in flight are not all of its " + stream.depth() + " buffers");
    that(
        stream.depth() <= stream.maxBuffers(),
        which,
        "it has " + stream.depth() + " buffers and may have " + stream.maxBuffers());
    that(
        stream.depth() > 0 ? stream.sizeBytes() > 0 : stream.sizeBytes() == 0,
        which,
        stream.depth() + " buffers take " + stream.sizeBytes() + " bytes");
    notNegative(which, "floor", stream.floor());
    notNegative(which, "waiting", stream.waiting());
    notNegative(which, "submitted", stream.submitted());
    that(
        stream.failed() >= 0 && stream.failed() <= stream.submitted(),
        which,
        stream.failed() + " frames failed of " + stream.submitted());
    notNegative(which, "starved", stream.starved());
    notNegative(which, "grown", stream.grown());
    notNegative(which, "shrunk", stream.shrunk());
    notNegative(which, "refused", stream.refused());
    notNegative(which, "scrubbed", stream.scrubbed());
    notNegative(which, "left out", stream.leftOut());
    holds(stream.producer(), which);
    that(
        stream.filling() <= stream.producer().now(),
        which,
        stream.filling() + " are filling, but the producer has " + stream.producer().now());
    stream.consumers().forEach(consumer -> consumer(stream, consumer, which));
    that(
        stream.state() != BufferStream.State.CLOSED
            || (stream.depth() == 0 && stream.waiting() == 0 && stream.consumers().isEmpty()),
        which,
        "it is closed, but not empty");
  }

  private void consumer(StreamState stream, StreamState.ConsumerState consumer, String which) {
    String its = which + ", consumer " + consumer.holds().device();
    notNegative(its, "queued", consumer.queued());
    notNegative(its, "dropped", consumer.dropped());
    that(
        consumer.queued() + consumer.holds().now() <= stream.inFlight(),
        its,
        consumer.queued()
            + " are queued and "
            + consumer.holds().now()
            + " held of the "
            + stream.inFlight()
            + " in flight");
    holds(consumer.holds(), its);
  }

  private void holds(StreamState.Holds holds, String which) {
    String its = which + ", " + holds.device() + " holds";
    that(
        holds.now() >= 0 && holds.now() <= holds.most(),
        its,
        holds.now() + " now, " + holds.most() + " at most");
    that(holds.camping() >= -1, its, "camping is " + holds.camping());
    notNegative(its, "ended", holds.ended());
    notNegative(its, "overheld", holds.overheld());
    notNegative(its, "longest", holds.longest());
    notNegative(its, "longestHold", holds.longestHold());
    that(
        holds.longest().compareTo(holds.total()) <= 0,
        its,
        "one took " + holds.longest() + ", all together " + holds.total());
  }

  // ---- Between the parts, while nothing changes ----

  private void parts(BrokerSnapshot snapshot) {
    for (HeapState heap : snapshot.heaps()) {
      if (snapshot.heaps().stream().filter(it -> it.name().equals(heap.name())).count() > 1) {
        continue; // A buffer does not tell whether it lies in the heap that vanished.
      }
      List<BufferState> inside =
          snapshot.buffers().stream()
              .filter(buffer -> buffer.heap().filter(heap.name()::equals).isPresent())
              .toList();
      long bytes = inside.stream().mapToLong(BufferState::sizeBytes).sum();
      that(
          bytes <= heap.usedBytes() && inside.size() <= heap.backings(),
          "heap " + heap.name(),
          String.format(
              "%d buffers lie there with %d bytes, but it gave %d with %d",
              inside.size(), bytes, heap.backings(), heap.usedBytes()));
      that(
          !snapshot.buffers().isEmpty() || heap.backings() == 0,
          "heap " + heap.name(),
          "there is no buffer, but it gave " + heap.backings() + " allocations");
    }
    for (BrokerSnapshot.BudgetState budget : snapshot.budgets()) {
      that(
          !snapshot.buffers().isEmpty() || budget.reservedBytes() == 0,
          budget.name(),
          "there is no buffer, but " + budget.reservedBytes() + " bytes are reserved");
    }
    that(
        snapshot.streams().stream().mapToInt(StreamState::depth).sum() <= snapshot.buffers().size(),
        "the streams",
        "they have more than the " + snapshot.buffers().size() + " buffers that there are");
  }
}
