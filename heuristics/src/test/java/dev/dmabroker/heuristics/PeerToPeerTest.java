package dev.dmabroker.heuristics;

import static dev.dmabroker.heuristics.Requests.heap;
import static dev.dmabroker.heuristics.Requests.order;
import static dev.dmabroker.heuristics.Requests.request;
import static dev.dmabroker.heuristics.Requests.scattered;
import static dev.dmabroker.heuristics.Requests.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.spi.PlacementHeuristic.Crowded;
import dev.dmabroker.spi.PlacementHeuristic.HeapLoad;
import dev.dmabroker.spi.PlacementHeuristic.Request;
import dev.dmabroker.spi.PlacementHeuristic.User;
import dev.dmabroker.spi.Trait;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerToPeerTest {
  private static final HeapLoad VRAM = heap("vram", scattered().deviceLocal(Trait.declared("gpu")));
  private static final HeapLoad SYSTEM = heap("system", scattered());
  private static final User GPU = user("gpu");
  private static final User CAMERA = user("camera");
  private static final User CODEC = user("codec");

  private static List<String> kept(String table, User... users) {
    return order(
        new PeerToPeer(new FirstFit(), PeerTable.parse(table)),
        request(List.of(users), VRAM, SYSTEM));
  }

  @Test
  void deviceMemoryIsRefusedToOthersByDefault() {
    assertEquals(List.of("system"), kept("", GPU, CAMERA));
    assertEquals(List.of("system"), kept("", CAMERA));
  }

  @Test
  void theOwnerReachesItsOwnMemory() {
    assertEquals(List.of("vram", "system"), kept("refuse * *", GPU));
    assertEquals(List.of("vram", "system"), kept(""), "nobody to refuse");
  }

  @Test
  void everyOtherDeviceHasToBeAllowed() {
    assertEquals(List.of("vram", "system"), kept("allow camera gpu", GPU, CAMERA));
    assertEquals(List.of("system"), kept("allow camera gpu", GPU, CAMERA, CODEC));
    assertEquals(List.of("vram", "system"), kept("allow c* gpu", CODEC, CAMERA, GPU));
    assertEquals(List.of("system"), kept("allow gpu camera", GPU, CAMERA), "the other direction");
  }

  @Test
  void theInnerHeuristicSeesWhatIsLeft() {
    // Were dma32 compared with device memory that is out of the question, it would be scarce.
    HeapLoad low = heap("dma32", scattered().addressBits(Trait.declared(32)));
    PeerToPeer guarded = new PeerToPeer(new LeastCost(), PeerTable.parse(""));
    assertEquals(
        new LeastCost().rank(request(List.of(CAMERA), low)),
        guarded.rank(request(List.of(CAMERA), VRAM, low)));
  }

  @Test
  void nothingMayBeLeft() {
    assertEquals(
        List.of(),
        order(new PeerToPeer(new FirstFit(), PeerTable.parse("")), request(List.of(CAMERA), VRAM)));
  }

  @Test
  void theSameRequestGivesTheSameAnswer() {
    PeerToPeer guarded = new PeerToPeer(new LeastCost(), PeerTable.parse("allow * gpu"));
    Request request = request(List.of(CAMERA), VRAM, SYSTEM);
    assertEquals(Requests.answer(guarded, request), Requests.answer(guarded, request));
    assertEquals("peer-to-peer(least-cost)", guarded.name());
  }

  @Test
  void evictionIsTheInnerOnes() {
    PeerToPeer guarded = new PeerToPeer(Fixed.costs("a", 1), PeerTable.parse(""));
    assertEquals(Fixed.EVICTION, guarded.evict(new Crowded(VRAM, 1, List.of())));
  }

  @Test
  @SuppressWarnings("NullAway") // On purpose.
  void nullIsRefused() {
    assertThrows(NullPointerException.class, () -> new PeerToPeer(null, PeerTable.parse("")));
    assertThrows(NullPointerException.class, () -> new PeerToPeer(new FirstFit(), null));
  }
}
