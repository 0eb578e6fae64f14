package dev.dmabroker.remote.internal.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.Doorbell;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.remote.internal.service.Outbox.Outcome;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private List<PacketSocket> greedy;
  private List<PacketSocket> modest;

  @BeforeEach
  void connect() throws Exception {
    greedy = PacketSocket.pair();
    modest = PacketSocket.pair();
  }

  @AfterEach
  void disconnect() {
    greedy.forEach(PacketSocket::close);
    modest.forEach(PacketSocket::close);
  }

  private static Outcome send(Outbox outbox) throws Exception {
    return outbox.send(new byte[1], List.of(Doorbell.create("the test's")));
  }

  @Test
  void aClientThatDoesNotAcknowledgeHasAWindow() throws Exception {
    Outbox outbox = new Outbox(greedy.get(0), new UnderWay(1000));
    for (int sent = 0; sent < Outbox.WINDOW; sent++) {
      assertEquals(Outcome.SENT, send(outbox));
    }
    assertEquals(Outcome.WAITS, send(outbox));
    assertFalse(outbox.waitsForRoom(), "it waits for the client alone");
    assertFalse(outbox.waitsForOthers());
    assertEquals(Outcome.SENT, outbox.acknowledged(1));
    assertEquals(Outcome.LOST, outbox.acknowledged(Outbox.WINDOW + 1), "more than were sent");
    assertEquals(Outcome.LOST, outbox.acknowledged(-1));
    outbox.close();
  }

  @Test
  void clientsTogetherHaveALimitAndTheNextOneIsTriedAgain() throws Exception {
    UnderWay underWay = new UnderWay(2);
    Outbox first = new Outbox(greedy.get(0), underWay);
    Outbox second = new Outbox(modest.get(0), underWay);
    assertEquals(Outcome.SENT, send(first));
    assertEquals(Outcome.SENT, send(first));
    assertEquals(Outcome.WAITS, send(second));
    assertTrue(second.waitsForOthers());
    assertFalse(second.waitsForRoom(), "its socket has room, and a poller would spin");
    assertEquals(Outcome.WAITS, second.flush());
    assertEquals(Outcome.SENT, first.acknowledged(1));
    assertEquals(Outcome.SENT, second.flush());
    assertEquals(Outcome.WAITS, send(second));
    first.close();
    assertEquals(Outcome.SENT, second.flush(), "what a client had that has gone is free");
    second.close();
  }

  @Test
  void whatWaitsForAClientHasALimit() throws Exception {
    Outbox outbox = new Outbox(greedy.get(0), new UnderWay(0));
    for (int waits = 0; waits < Outbox.MOST_CARRIERS; waits++) {
      assertEquals(Outcome.WAITS, send(outbox));
    }
    Fd last = Doorbell.create("the last");
    assertEquals(Outcome.LOST, outbox.send(new byte[1], List.of(last)));
    outbox.close();
  }
}
