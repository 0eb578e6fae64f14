package dev.dmabroker.internal.gate;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.ZZJ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * What may come out where uses of a lease meet a mover at a {@link UseWord}; an outcome that is not
 * listed is a failure. Not run by surefire: {@code mvn -pl api verify -Pjcstress}.
 */
public class LeaseStress {

  /** A word that is open, with no use in it. */
  private static UseWord idle() {
    UseWord word = open();
    boolean unused = word.tryEnd(word.look());
    return word;
  }

  /** A word that is open, with one use in it. */
  private static UseWord open() {
    UseWord word = new OwnWord();
    word.start(/* open= */ true, /* nowNanos= */ 0);
    return word;
  }

  /** Ends a use; returns whether the end is reported. */
  private static boolean end(UseWord word) {
    long seen;
    do {
      seen = word.look();
    } while (!word.tryEnd(seen));
    return !word.isOpen(seen);
  }

  /** A use and a move never both win. */
  @JCStressTest
  @Outcome(id = "true, true", expect = FORBIDDEN, desc = "In use while the mover copies.")
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "In use; the mover waits.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "The mover copies; no use began.")
  @State
  public static class UseAgainstMove {
    private final UseWord word = idle();

    @Actor
    public void user(ZZ_Result r) {
      r.r1 = word.tryBegin(1);
    }

    @Actor
    public void mover(ZZ_Result r) {
      word.shut();
      r.r2 = word.count(word.look()) == 0;
    }
  }

  /** The mover that has seen a use is woken when that ends. */
  @JCStressTest
  @Outcome(id = "false, false", expect = FORBIDDEN, desc = "Nobody wakes the mover.")
  @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Ended before the move.")
  @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "The end wakes the mover.")
  @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Woken without need.")
  @State
  public static class EndAgainstMove {
    private final UseWord word = open();

    @Actor
    public void user(ZZ_Result r) {
      r.r1 = end(word);
    }

    @Actor
    public void mover(ZZ_Result r) {
      word.shut();
      r.r2 = word.count(word.look()) == 0;
    }
  }

  /** What was written in a use is there when the mover finds no use. */
  @JCStressTest
  @Outcome(id = "1, 0, .*", expect = FORBIDDEN, desc = "The mover copies what is replaced.")
  @Outcome(id = "1, 7, .*", expect = ACCEPTABLE, desc = "Written, then moved.")
  @Outcome(id = "1, -1, 1", expect = ACCEPTABLE, desc = "The mover waits for the end.")
  @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "Moved; no use began.")
  @State
  public static class WriteAgainstMove {
    private final UseWord word = idle();
    private int contents;

    @Actor
    public void user(III_Result r) {
      if (word.tryBegin(1)) {
        r.r1 = 1;
        contents = 7;
        r.r3 = end(word) ? 1 : 0;
      }
    }

    @Actor
    public void mover(III_Result r) {
      word.shut();
      r.r2 = word.count(word.look()) == 0 ? contents : -1;
    }
  }

  /** Two uses of a shut word end: each is counted, and both are reported. */
  @JCStressTest
  @Outcome(id = "true, true, 0", expect = ACCEPTABLE, desc = "Both are reported.")
  @Outcome(id = ".*, .*, 0", expect = FORBIDDEN, desc = "An end is not reported.")
  @Outcome(id = ".*, .*, [^0].*", expect = FORBIDDEN, desc = "A use is left, or one too many.")
  @State
  public static class TwoEnds {
    private final UseWord word = open();

    /** For jcstress. */
    public TwoEnds() {
      boolean unused = word.tryBegin(1);
      word.shut();
    }

    @Actor
    public void first(ZZJ_Result r) {
      r.r1 = end(word);
    }

    @Actor
    public void second(ZZJ_Result r) {
      r.r2 = end(word);
    }

    @Arbiter
    public void count(ZZJ_Result r) {
      r.r3 = word.count(word.look());
    }
  }
}
