package dev.dmabroker.internal.gate;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.ScriptedHeap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * What may come out where threads meet at a {@link Gate}; an outcome that is not listed is a
 * failure. Not run by surefire: {@code mvn -pl api verify -Pjcstress}.
 */
public class GateStress {
  private static final HeapAccount HEAP = new HeapAccount(ScriptedHeap.system());
  private static final HeapMemory MEMORY = memory();

  private static HeapMemory memory() {
    try {
      return HEAP.allocate(new Heap.Request("stress", 8));
    } catch (HeapException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static Place placement(long generation) {
    return Placements.at(HEAP, MEMORY, BlobSpec.of(8), generation);
  }

  /** A gate, and where it leads to: one slot of one placement. */
  private record Open(Gate gate, Occupancy occupancy) {
    static Open at(Place place, int slots) {
      Gate gate = new Gate();
      Occupancy occupancy = Placements.occupancy(place, slots);
      Placements.open(gate, occupancy);
      return new Open(gate, occupancy);
    }
  }

  /** A slot that a writer has taken by an open gate. */
  private record Taken(Gate gate, Gate.Entrance entrance, Slot slot, long token) {
    static Taken at(Place place) {
      Gate gate = Open.at(place, 1).gate();
      BufferMapping pass = Objects.requireNonNull(Placements.enter(gate, Access.WRITE));
      return new Taken(gate, pass.entrance, pass.slot, pass.slot.word);
    }
  }

  /** Where a mapping came in; 0 if it turned back. */
  private static int generation(@Nullable BufferMapping pass) {
    return pass == null ? 0 : (int) pass.place().generation();
  }

  /** The claim of {@link Gate}: both a map and a move never win. */
  @JCStressTest
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "Mapped while the mover copies.")
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Mapped; the mover waits.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The mover copies; turned back.")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "Turned back, and taken for a mapping.")
  @State
  public static class MapAgainstMove {
    private final Open open = Open.at(placement(1), 1);
    private final Gate gate = open.gate();

    @Actor
    public void mapper(ZZ_Result r) {
      r.r1 = Placements.enter(gate, Access.WRITE) != null;
    }

    @Actor
    public void mover(ZZ_Result r) {
      Placements.shut(gate);
      r.r2 = open.occupancy().isEmpty();
    }
  }

  /** The other claim: who leaves last knows that the mover waits. */
  @JCStressTest
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "Nobody wakes the mover.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Left before the move.")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "Who leaves wakes the mover.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Woken without need.")
  @State
  public static class UnmapAgainstMove {
    private final Place place = placement(1);
    private final Open open = Open.at(place, 1);
    private final Gate gate = open.gate();
    private final @Nullable BufferMapping pass = Placements.enter(gate, Access.WRITE);

    @Actor
    public void leaver(ZZ_Result r) {
      if (pass != null && pass.leave()) {
        r.r1 = !gate.isWaitedFor(pass.entrance);
      }
    }

    @Actor
    public void mover(ZZ_Result r) {
      Placements.shut(gate);
      r.r2 = open.occupancy().isEmpty();
    }
  }

  /** What was written through a mapping is there when the mover finds nobody. */
  @JCStressTest
  @Outcome(id = "1, 0, 0", expect = FORBIDDEN, desc = "The mover copies what is being replaced.")
  @Outcome(id = "1, 1, 0", expect = FORBIDDEN, desc = "The mover takes the contents for unwritten.")
  @Outcome(id = "1, 0, 1", expect = FORBIDDEN, desc = "The mover sees half of it.")
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Written, then moved.")
  @Outcome(id = "1, -1, -1", expect = ACCEPTABLE, desc = "The mover waits for the writer.")
  @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Moved; the writer turned back.")
  @Outcome(id = "0, -1, -1", expect = ACCEPTABLE, desc = "Turned back, taken for a mapping.")
  @State
  public static class WriteAgainstMove {
    private final Place place = placement(1);
    private final Open open = Open.at(place, 1);
    private final Gate gate = open.gate();
    private int contents;

    @Actor
    public void writer(III_Result r) {
      @Nullable BufferMapping pass = Placements.enter(gate, Access.WRITE);
      if (pass != null) {
        r.r1 = 1;
        pass.place().markWritten();
        contents = 1;
        pass.leave();
      }
    }

    @Actor
    public void mover(III_Result r) {
      Placements.shut(gate);
      boolean empty = open.occupancy().isEmpty();
      r.r2 = empty ? contents : -1;
      r.r3 = !empty ? -1 : place.isWritten() ? 1 : 0;
    }
  }

  /** Who is let in to the new place sees what the mover copied there. */
  @JCStressTest
  @Outcome(id = "2, 0", expect = FORBIDDEN, desc = "In the new place before its contents.")
  @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "In the new place.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Turned back.")
  @State
  public static class MapAgainstPublish {
    private final Gate gate = new Gate();
    private final Occupancy target = Placements.occupancy(placement(2), 1);
    private int contents;

    @Actor
    public void mover() {
      contents = 1;
      Placements.open(gate, target);
    }

    @Actor
    public void mapper(II_Result r) {
      @Nullable BufferMapping pass = Placements.enter(gate, Access.READ);
      if (pass != null) {
        r.r1 = (int) pass.place().generation();
        r.r2 = contents;
      }
    }
  }

  /** One slot lets one in. The other goes by way of the buffer. */
  @JCStressTest
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The first.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The second.")
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "Two in one slot.")
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "Each kept the other out.")
  @State
  public static class TwoMapsOneSlot {
    private final Open open = Open.at(placement(1), 1);
    private final Gate gate = open.gate();

    @Actor
    public void first(ZZ_Result r) {
      r.r1 = Placements.enter(gate, Access.READ) != null;
    }

    @Actor
    public void second(ZZ_Result r) {
      r.r2 = Placements.enter(gate, Access.WRITE) != null;
    }
  }

  /** Two slots let two in, each to its own. */
  @JCStressTest
  @Outcome(id = "true, true, true", expect = ACCEPTABLE, desc = "Both, side by side.")
  @State
  public static class TwoMapsTwoSlots {
    private final Gate gate = Open.at(placement(1), 2).gate();
    private @Nullable BufferMapping one;
    private @Nullable BufferMapping other;

    @Actor
    public void first(ZZZ_Result r) {
      one = Placements.enter(gate, Access.READ);
      r.r1 = one != null;
    }

    @Actor
    public void second(ZZZ_Result r) {
      other = Placements.enter(gate, Access.READ);
      r.r2 = other != null;
    }

    @Arbiter
    public void both(ZZZ_Result r) {
      r.r3 =
          one != null && other != null && one.slot != other.slot && one.isOpen() && other.isOpen();
    }
  }

  /** A mapping closed by two threads is closed once, and who maps next is not thrown out. */
  @JCStressTest
  @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "The first closed it.")
  @Outcome(id = "false, true, true", expect = ACCEPTABLE, desc = "The second closed it.")
  @State
  public static class TwoCloses {
    private final Open open = Open.at(placement(1), 1);
    private final Gate gate = open.gate();
    private final @Nullable BufferMapping pass = Placements.enter(gate, Access.READ);
    private @Nullable BufferMapping next;

    @Actor
    public void first(ZZZ_Result r) {
      r.r1 = pass != null && pass.leave();
    }

    @Actor
    public void second(ZZZ_Result r) {
      r.r2 = pass != null && pass.leave();
      next = Placements.enter(gate, Access.READ);
    }

    @Arbiter
    public void nextIsIn(ZZZ_Result r) {
      r.r3 = next != null && next.isOpen();
    }
  }

  /** Who reads in the old place when the buffer is published elsewhere is seen there. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "Reads memory that is being given back.")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Reads the old place, which is kept for it.")
  @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Reads the new place.")
  @Outcome(id = "2, 0", expect = FORBIDDEN, desc = "In the old place as well as in the new one.")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Turned back.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Turned back, and taken for a mapping.")
  @State
  public static class ReaderAgainstPublish {
    private final Gate gate = new Gate();
    private final Occupancy old = Placements.occupancy(placement(1), 1);
    private final Occupancy target = Placements.occupancy(placement(2), 1);

    public ReaderAgainstPublish() {
      Placements.openToReaders(gate, old);
    }

    @Actor
    public void reader(II_Result r) {
      r.r1 = generation(Placements.enter(gate, Access.READ));
    }

    @Actor
    public void mover(II_Result r) {
      Placements.shut(gate);
      r.r2 = old.isEmpty() ? 1 : 0;
      Placements.open(gate, target);
    }
  }

  /** While contents are copied readers come in, and writers do not unseen. */
  @JCStressTest
  @Outcome(id = "1, 0, 1", expect = FORBIDDEN, desc = "Writes while the mover copies.")
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The mover waits for the writer.")
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "The writer turned back.")
  @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "Turned back, and taken for a mapping.")
  @Outcome(id = "., ., 0", expect = FORBIDDEN, desc = "The reader was kept out.")
  @State
  public static class WriterAgainstReadersOnly {
    private final Open open = Open.at(placement(1), 2);
    private final Gate gate = open.gate();

    @Actor
    public void writer(III_Result r) {
      r.r1 = generation(Placements.enter(gate, Access.WRITE));
    }

    @Actor
    public void mover(III_Result r) {
      Placements.openToReaders(gate, open.occupancy());
      r.r2 = open.occupancy().hasWriters() ? 1 : 0;
      r.r3 = generation(Placements.enter(gate, Access.READ));
    }
  }

  /** A mover that waits for an idle moment, and lets everybody in meanwhile, is woken. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "Nobody wakes the mover.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Left before the gate was watched.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Who leaves wakes the mover.")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Woken without need.")
  @State
  public static class LeaveAgainstWatch {
    private final Open open = Open.at(placement(1), 1);
    private final Gate gate = open.gate();
    private final @Nullable BufferMapping pass = Placements.enter(gate, Access.WRITE);

    @Actor
    public void leaver(II_Result r) {
      if (pass != null && pass.leave()) {
        r.r1 = gate.isWaitedFor(pass.entrance) ? 1 : 0;
      }
    }

    @Actor
    public void mover(II_Result r) {
      Placements.watch(gate, open.occupancy());
      r.r2 = open.occupancy().hasWriters() ? 1 : 0;
    }
  }

  /** Who came in while the gate was watched, and leaves after it was opened again, reports too. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "Nobody wakes the mover.")
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Who leaves wakes the mover.")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Left, and said so without need.")
  @Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "Came later.")
  @Outcome(id = "-1, 1", expect = ACCEPTABLE, desc = "Turned back, and taken for a mapping.")
  @State
  public static class EnterAndLeaveWatched {
    private final Gate gate = new Gate();
    private final Occupancy occupancy = Placements.occupancy(placement(1), 1);

    public EnterAndLeaveWatched() {
      Placements.watch(gate, occupancy);
    }

    @Actor
    public void user(II_Result r) {
      @Nullable BufferMapping pass = Placements.enter(gate, Access.WRITE);
      r.r1 = pass == null ? -1 : 0;
      if (pass != null && pass.leave()) {
        r.r1 = gate.isWaitedFor(pass.entrance) ? 1 : 0;
      }
    }

    @Actor
    public void mover(II_Result r) {
      Placements.openToReaders(gate, occupancy);
      r.r2 = occupancy.hasWriters() ? 1 : 0;
    }
  }

  /**
   * Once somebody writes in the new place by one gate, nobody comes to the old place by the other:
   * all gates are shut before the first is opened.
   */
  @JCStressTest
  @Outcome(id = "2, 1", expect = FORBIDDEN, desc = "Wrote, and then read what was before.")
  @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "Wrote; the other gate is shut still.")
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Wrote, and read that.")
  @Outcome(id = "0, [012]", expect = ACCEPTABLE, desc = "Did not write.")
  @State
  public static class TwoGatesAtPublish {
    private final Gate one = new Gate();
    private final Gate other = new Gate();
    private final Occupancy oneNew;
    private final Occupancy otherNew;

    public TwoGatesAtPublish() {
      Place old = placement(1);
      Place target = placement(2);
      one.openToReaders(Placements.occupancy(old, 1));
      other.openToReaders(Placements.occupancy(old, 1));
      oneNew = Placements.occupancy(target, 1);
      otherNew = Placements.occupancy(target, 1);
    }

    @Actor
    public void mover() {
      one.shut();
      other.shut();
      one.open(oneNew);
      other.open(otherNew);
    }

    @Actor
    public void user(II_Result r) {
      r.r1 = generation(Placements.enter(one, Access.WRITE));
      r.r2 = generation(Placements.enter(other, Access.READ));
    }
  }

  /** Two closes after fences: one has its way, and its fence alone frees the slot. */
  @JCStressTest
  @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "The first was first.")
  @Outcome(id = "false, true, true", expect = ACCEPTABLE, desc = "The second was first.")
  @Outcome(id = "true, true, .*", expect = FORBIDDEN, desc = "Ended by either fence.")
  @Outcome(id = "false, false, .*", expect = FORBIDDEN, desc = "Ended by none.")
  @Outcome(id = ".*, .*, false", expect = FORBIDDEN, desc = "Taken for ever.")
  @State
  public static class FenceAgainstFence {
    private final Taken taken = Taken.at(placement(1));

    @Actor
    public void first(ZZZ_Result r) {
      r.r1 = taken.slot().fence(taken.token()) && taken.slot().leaveFenced(taken.token());
    }

    @Actor
    public void second(ZZZ_Result r) {
      r.r2 = taken.slot().fence(taken.token()) && taken.slot().leaveFenced(taken.token());
    }

    @Arbiter
    public void free(ZZZ_Result r) {
      r.r3 = taken.slot().isFree();
    }
  }

  /** A close, and a close after a fence, which then signals: one of them frees the slot. */
  @JCStressTest
  @Outcome(id = "true, false, false, true", expect = ACCEPTABLE, desc = "Closed before all else.")
  @Outcome(id = "false, true, true, true", expect = ACCEPTABLE, desc = "Ended by the fence.")
  @Outcome(id = "true, true, .*, .*", expect = FORBIDDEN, desc = "Freed in spite of the fence.")
  @Outcome(id = "true, .*, true, .*", expect = FORBIDDEN, desc = "Freed twice.")
  @Outcome(id = ".*, .*, .*, false", expect = FORBIDDEN, desc = "Taken for ever.")
  @State
  public static class CloseAgainstFence {
    private final Taken taken = Taken.at(placement(1));

    @Actor
    public void closer(ZZZZ_Result r) {
      r.r1 = taken.slot().leave(taken.token());
    }

    @Actor
    public void fencer(ZZZZ_Result r) {
      r.r2 = taken.slot().fence(taken.token());
      r.r3 = taken.slot().leaveFenced(taken.token());
    }

    @Arbiter
    public void free(ZZZZ_Result r) {
      r.r4 = taken.slot().isFree();
    }
  }

  /** A mover that finds a fenced writer is woken by the fence. */
  @JCStressTest
  @Outcome(id = "true, false", expect = FORBIDDEN, desc = "Nobody wakes the mover.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Signalled before the move.")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "The signal wakes the mover.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Woken without need.")
  @State
  public static class SignalAgainstMove {
    private final Taken taken = Taken.at(placement(1));

    @Actor
    public void poller(ZZ_Result r) {
      boolean unused = taken.slot().fence(taken.token());
      if (taken.slot().leaveFenced(taken.token())) {
        r.r1 = !taken.gate().isWaitedFor(taken.entrance);
      }
    }

    @Actor
    public void mover(ZZ_Result r) {
      taken.gate().openToReaders(taken.entrance.occupancy());
      r.r2 = !taken.entrance.occupancy().hasWriters();
    }
  }
}
