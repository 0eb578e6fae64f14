package dev.dmabroker.internal.placement;

import com.google.common.math.LongMath;
import dev.dmabroker.SearchLimitException;
import dev.dmabroker.internal.layout.Picture;
import dev.dmabroker.internal.layout.Rules;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds for each heap the best combination of the devices' alternatives: the fewest devices left
 * out, then the smallest penalty. The search is exact: it goes depth first over the devices, and a
 * branch is given up when it can be no better anywhere than what is known, when the counts of
 * buffers cannot agree any more, or when an equal one was explored. Of combinations that are
 * equally good the first is taken: earlier devices get their earlier alternatives. It looks at what
 * is asked and at traits alone. A solver is used for one problem.
 */
public final class Solver {
  /** The number of combinations that are looked at before the search is given up. */
  static final int MAX_COMBINATIONS = 50_000;

  /** The number of combinations from which on it pays to remember what was explored. */
  private static final int MANY = 500;

  private static final BufferCounts[] NO_COUNTS = {};
  private static final Coherency[] DOMAINS = Coherency.values();

  private final HeapTable table;
  private final Target target;
  private final List<? extends Participant> participants;

  /** Tells whether the devices' counts of buffers have to agree, as for a pool. */
  private final boolean counting;

  /** Tells whether any way to use any heap ends the search, instead of the best for each. */
  private final boolean anyWay;

  private final SearchBudget budget;
  private final Solution.@Nullable Choice[] best;
  private final @Nullable Alternative[] chosen;

  /** The numbers of the alternatives that are chosen, for devices that leave a choice. */
  private final int[] indices;

  /** How many devices leave no choice; they are the first. */
  private final int plain;

  /** The least that the devices from each on ask of counts; empty if that prunes nothing. */
  private final BufferCounts[] leastOfRest;

  private @Nullable Explored explored;
  private final List<Participant> leftOut = new ArrayList<>(0);
  private int combinations;
  private boolean found;

  private Solver(
      HeapTable table,
      Target target,
      List<? extends Participant> participants,
      boolean counting,
      boolean anyWay,
      SearchBudget budget) {
    this.table = table;
    this.target = target;
    this.participants = plainFirst(participants);
    this.plain = leadingPlain(this.participants);
    this.counting = counting;
    this.anyWay = anyWay;
    this.budget = budget;
    this.best = new Solution.Choice[table.size()];
    this.chosen = new Alternative[participants.size()];
    this.indices = new int[participants.size()];
    this.leastOfRest =
        counting && plain < participants.size() ? least(this.participants) : NO_COUNTS;
  }

  /** Adds up what devices ask at least, from each on. */
  private static BufferCounts[] least(List<? extends Participant> participants) {
    BufferCounts[] least = new BufferCounts[participants.size() + 1];
    least[participants.size()] = BufferCounts.NONE;
    for (int i = participants.size() - 1; i >= 0; i--) {
      least[i] = least[i + 1].and(participants.get(i).leastCounts());
    }
    return least;
  }

  /** Puts devices without a choice first: what is impossible with them is found early. */
  private static List<? extends Participant> plainFirst(List<? extends Participant> participants) {
    if (leadingPlain(participants) == participants.size()) {
      return participants;
    }
    List<Participant> ordered = new ArrayList<>(participants.size());
    participants.stream().filter(Participant::isPlain).forEach(ordered::add);
    participants.stream().filter(each -> !each.isPlain()).forEach(ordered::add);
    return ordered;
  }

  /** Returns how many devices leave no choice before the first that does. */
  private static int leadingPlain(List<? extends Participant> participants) {
    int leading = 0;
    while (leading < participants.size() && participants.get(leading).isPlain()) {
      leading++;
    }
    return leading;
  }

  /**
   * Finds the best way to use each heap.
   *
   * @param counting whether counts of buffers have to agree
   * @throws SearchLimitException if there are too many combinations to look at
   */
  static Solution solve(
      HeapTable table, Target target, List<? extends Participant> participants, boolean counting) {
    Solver solver =
        new Solver(
            table, target, participants, counting, /* anyWay= */ false, SearchBudget.unlimited());
    solver.search(0, null, 0);
    return new Solution(table, solver.best);
  }

  /**
   * Tells whether some heap can serve all participants.
   *
   * @throws SearchLimitException if there are too many combinations to look at, or if the budget is
   *     spent before one is found
   */
  static boolean isPossible(
      HeapTable table,
      Target target,
      List<? extends Participant> participants,
      boolean counting,
      SearchBudget budget) {
    Solver solver = new Solver(table, target, participants, counting, /* anyWay= */ true, budget);
    solver.search(0, null, 0);
    return solver.found;
  }

  /** Tells whether some heap meets what all devices require. */
  public static boolean serves(HeapTable table, Target target, Demand demand) {
    Solver solver =
        new Solver(
            table,
            target,
            List.of(),
            /* counting= */ false,
            /* anyWay= */ true,
            SearchBudget.unlimited());
    solver.consider(demand, 0, Wishes.NONE);
    return solver.found;
  }

  /** Tries every alternative of the next device, and to leave it out if that is allowed. */
  private void search(int next, @Nullable Demand demand, long penalty) {
    if (isDone()) {
      return;
    }
    count();
    if (next == participants.size()) {
      leaf(demand, penalty);
      return;
    }
    Participant participant = participants.get(next);
    List<Alternative> alternatives = participant.alternatives();
    for (int i = 0; i < alternatives.size(); i++) {
      Alternative alternative = alternatives.get(i);
      Demand its = alternative.demand(table).of(target);
      Demand all = demand == null ? its : demand.and(its);
      long cost = penalty + i * StorageForm.STEP;
      if (canImprove(all, cost) && canAgree(all, next + 1)) {
        chosen[next] = alternative;
        indices[next] = i;
        descend(next + 1, all, cost);
      }
    }
    if (participant.isDispensable()) {
      chosen[next] = null;
      leftOut.add(participant);
      if (demand == null || canImprove(demand, penalty)) {
        descend(next + 1, demand, penalty);
      }
      leftOut.remove(leftOut.size() - 1);
    }
  }

  /** Looks at the rest of a branch, unless an equal branch was explored. */
  private void descend(int next, @Nullable Demand demand, long penalty) {
    if (combinations > MANY) {
      explored = explored == null ? new Explored(participants) : explored;
      if (explored.contains(next, demand, leftOut.size(), penalty)) {
        return;
      }
    }
    search(next, demand, penalty);
  }

  /** Tells whether the counts of buffers can agree with the least that the other devices ask. */
  private boolean canAgree(Demand demand, int next) {
    return leastOfRest.length == 0 || demand.counts().and(leastOfRest[next]).isPossible();
  }

  /** Counts a combination that is looked at. */
  private void count() {
    if (++combinations > MAX_COMBINATIONS || !budget.take(1L + target.forms().size())) {
      throw limit();
    }
  }

  /** Tells whether nothing better is looked for. */
  private boolean isDone() {
    return anyWay && found;
  }

  /** Tells whether some heap could still be used better than is known. */
  private boolean canImprove(Demand demand, long penalty) {
    if (!demand.isStorable()) {
      return false;
    }
    long[] heaps = demand.heaps();
    for (int word = 0; word < heaps.length; word++) {
      for (long left = heaps[word]; left != 0; left &= left - 1) {
        Solution.Choice known = best[(word << 6) + Long.numberOfTrailingZeros(left)];
        if (Solution.Choice.isBetter(leftOut.size(), penalty, known)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Looks at a combination in which every device has an alternative, or is left out. */
  private void leaf(@Nullable Demand demand, long penalty) {
    Demand required = demand == null ? ofNoDevice() : demand;
    Wishes wishes = Wishes.of(chosen);
    consider(required, penalty, wishes);
    if (!anyWay) {
      enforce(required, penalty, wishes, 0);
    }
  }

  /** Returns what is required of a buffer that no device uses. */
  private Demand ofNoDevice() {
    return new DeviceDemand(table, "", Constraints.none()).of(target);
  }

  /**
   * Tries to meet wishes on purpose. Wishes that shape the layout may be worth that, so every set
   * of them is tried. A wish that is met by luck, or that costs more than it brings, is sorted out
   * by {@link #consider}.
   */
  private void enforce(Demand demand, long penalty, Wishes wishes, int from) {
    for (int i = from; i < wishes.size(); i++) {
      if (wishes.get(i).enlarges()) {
        count();
        Demand more = demand.and(wishes.get(i).demand(table).of(target));
        if (canImprove(more, penalty)) {
          consider(more, penalty, wishes);
          enforce(more, penalty, wishes, i + 1);
        }
      }
    }
  }

  /** Looks at each way to store the target, and remembers what is better than what was known. */
  private void consider(Demand demand, long penalty, Wishes wishes) {
    if (counting && !demand.counts().isPossible()) {
      return;
    }
    List<StorageForm> forms = target.forms();
    for (int i = 0; i < forms.size() && !isDone(); i++) {
      Rules rules = demand.rules(i);
      Layout layout = rules == null ? null : layout(forms.get(i), rules);
      if (layout != null && layout.sizeBytes() <= demand.maxPictureBytes()) {
        place(demand, layout, penalty + forms.get(i).penalty(), wishes);
      }
    }
  }

  private @Nullable Layout layout(StorageForm form, Rules rules) {
    Picture picture = target.picture();
    return picture == null ? target.layout() : form.layout(picture, rules);
  }

  /** Looks at each heap that the devices reach, with one layout. */
  private void place(Demand demand, Layout layout, long penalty, Wishes wishes) {
    long needed = Math.max(layout.sizeBytes(), demand.minSizeBytes());
    long[] heaps = demand.heaps();
    for (int word = 0; word < heaps.length; word++) {
      for (long left = heaps[word]; left != 0; left &= left - 1) {
        int heap = (word << 6) + Long.numberOfTrailingZeros(left);
        int domains = demand.coherency() & table.coherency(heap);
        long asked = table.rounded(heap, needed);
        if (domains == 0
            || needed > demand.limit(table.piecesOf(heap))
            || asked > table.limit(heap)
            || (counting && total(demand, asked) > table.capacity(heap))) {
          continue;
        }
        int domain = wishes.cheapest(table, domains);
        long cost = penalty + wishes.unmet(table, heap, target, layout, needed, domain);
        Solution.Choice known = best[heap];
        if (Solution.Choice.isBetter(leftOut.size(), cost, known)) {
          found = true;
          best[heap] =
              new Solution.Choice(
                  leftOut.isEmpty() ? List.of() : List.copyOf(leftOut),
                  cost,
                  layout,
                  needed,
                  asked,
                  demand.alignmentBytes(),
                  demand.counts().count(),
                  DOMAINS[Integer.numberOfTrailingZeros(domain)],
                  taken());
        }
      }
    }
  }

  /** Returns what all buffers take together; the result is over any capacity if it overflows. */
  private static long total(Demand demand, long sizeBytes) {
    return LongMath.saturatedMultiply(sizeBytes, demand.counts().count());
  }

  /** Returns the alternatives that are chosen of devices that leave a choice. */
  private List<Solution.Taken> taken() {
    if (plain == participants.size()) {
      return List.of();
    }
    List<Solution.Taken> taken = new ArrayList<>();
    for (int i = plain; i < participants.size(); i++) {
      if (chosen[i] != null) {
        taken.add(new Solution.Taken(participants.get(i), indices[i]));
      }
    }
    return List.copyOf(taken);
  }

  /** Makes the error that names how many alternatives each device has. */
  private SearchLimitException limit() {
    StringBuilder text = new StringBuilder();
    for (Participant participant : participants) {
      text.append(text.length() == 0 ? "" : ", ")
          .append(participant.name())
          .append(": ")
          .append(participant.alternatives().size())
          .append(participant.isDispensable() ? " or left out" : "");
    }
    return Exceptions.searchLimit(
        "more than "
            + MAX_COMBINATIONS
            + " combinations of alternatives and preferences for "
            + target.spec()
            + " ("
            + text
            + "); give fewer alternatives, or fewer preferences about pictures");
  }
}
