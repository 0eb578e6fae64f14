package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.Plan;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PlacementHeuristic.Ranked;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import dev.dmabroker.testing.Fixture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A heuristic that does what it must not. */
class HeuristicFaultTest extends Fixture {

  private static Ranked ranked(String heap) {
    return new Ranked(heap, 1, "because");
  }

  /** The heaps that are tried, in their order, as a plan and as a map see it. */
  private void assertTried(List<String> heaps, Function<Request, List<Ranked>> rank) {
    broker.close();
    broker = builder().heuristic(new Scripted(rank)).build();
    Device camera = broker.register("camera", Constraints.none());
    Plan plan = broker.plan(BlobSpec.of(SIZE), List.of(camera));
    assertEquals(heaps, plan.placements().stream().map(Plan.Candidate::heap).toList());
    system.capacity(0);
    cma.capacity(0);
    Attachment in = export().attach(camera);
    var failure = assertThrows(AllocationException.class, () -> in.map(Access.READ));
    assertEquals(
        heaps, failure.attempts().stream().map(AllocationException.Attempt::heap).toList());
  }

  @Test
  void oneThatThrowsLeavesTheBrokersOrder() {
    assertTried(
        List.of("system", "cma"),
        request -> {
          throw new IllegalStateException("bug");
        });
  }

  @Test
  void oneThatAnswersNullLeavesTheBrokersOrder() {
    assertTried(List.of("system", "cma"), request -> nothing());
  }

  @Test
  void oneThatAnswersNullHeapsLeavesTheBrokersOrder() {
    assertTried(List.of("system", "cma"), request -> Arrays.asList(ranked("cma"), nothing()));
  }

  @Test
  void unknownHeapsAreIgnored() {
    assertTried(
        List.of("cma"),
        request -> List.of(ranked("nowhere"), ranked("cma"), ranked("dev-mem"), ranked("")));
  }

  @Test
  void aHeapThatIsRepeatedIsTriedOnce() {
    assertTried(
        List.of("cma", "system"),
        request -> List.of(ranked("cma"), ranked("cma"), ranked("system"), ranked("cma")));
  }

  @Test
  void anEmptyAnswerFailsAndSaysWhoLeftThemOut() {
    assertTried(List.of(), request -> List.of());
    SharedBuffer buffer = broker.export("frame", BlobSpec.of(SIZE));
    var failure = assertThrows(AllocationException.class, buffer::prepare);
    assertSays(
        failure,
        "cannot allocate " + SIZE + " bytes for frame",
        "the heuristic left out every heap that suits");
    assertEquals(SharedBuffer.State.UNBACKED, buffer.state());
  }

  @Test
  void oneThatDiesOfAnErrorLeavesTheBrokersOrder() {
    assertTried(
        List.of("system", "cma"),
        request -> {
          throw new StackOverflowError("deep");
        });
  }

  @Test
  void anAnswerThatChangesIsSeenAtEachPlacement() {
    List<String> first = new ArrayList<>(List.of("cma", "system"));
    broker.close();
    broker = builder().heuristic(new Scripted(request -> List.of(ranked(first.remove(0))))).build();
    try (Broker both = broker) {
      both.export("one", BlobSpec.of(1)).prepare();
      both.export("two", BlobSpec.of(1)).prepare();
      assertEquals(
          List.of(1, 1), both.snapshot().heaps().stream().map(heap -> heap.backings()).toList());
    }
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // What nobody should answer.
  private static <T> T nothing() {
    return null;
  }

  private record Scripted(Function<Request, List<Ranked>> answer) implements PlacementHeuristic {
    @Override
    public String name() {
      return "scripted";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return answer.apply(request);
    }
  }
}
