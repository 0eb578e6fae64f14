package dev.dmabroker.allocators.linux.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Received;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.testing.Await;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PacketSocketTest {
  private PacketSocket here;
  private PacketSocket there;

  @BeforeEach
  void connect() throws Exception {
    List<PacketSocket> ends = PacketSocket.pair();
    here = ends.get(0);
    there = ends.get(1);
  }

  @AfterEach
  void disconnect() {
    here.close();
    there.close();
  }

  private static ByteBuffer bytes(int length, int first) {
    byte[] bytes = new byte[length];
    bytes[0] = (byte) first;
    return ByteBuffer.wrap(bytes);
  }

  private static Packet next(PacketSocket from) throws Exception {
    return Objects.requireNonNull(from.receive());
  }

  @Test
  void packetsKeepTheirBordersAndTheirOrder() throws Exception {
    assertEquals(Sent.SENT, here.trySend(bytes(1, 1)));
    assertEquals(Sent.SENT, here.trySend(bytes(PacketSocket.MOST_BYTES, 2)));
    assertEquals(Sent.SENT, here.trySend(bytes(3, 3)));
    for (int[] expected : new int[][] {{1, 1}, {PacketSocket.MOST_BYTES, 2}, {3, 3}}) {
      try (Packet packet = next(there)) {
        assertEquals(expected[0], packet.bytes().remaining());
        assertEquals(expected[1], packet.bytes().get());
        assertEquals(0, packet.descriptors());
      }
    }
    assertSame(Received.NONE, there.tryReceive());
  }

  @Test
  void whatWasSaidLastComesAlthoughTheOtherEndHasNotReadAll() throws Exception {
    here.trySend(bytes(1, 1));
    there.trySend(bytes(1, 2));
    there.close(); // Now the kernel answers ECONNRESET, once.
    try (Packet packet = next(here)) {
      assertEquals(2, packet.bytes().get());
    }
    assertNull(here.receive());
    assertSame(Received.ENDED, here.tryReceive());
  }

  @Test
  void descriptorsComeWithTheirPacketAndAreClosedWithIt() throws Exception {
    Fd bell = Doorbell.create("the test's");
    try (Fd.Use use = bell.use()) {
      here.trySend(bytes(1, 1), use.number(), use.number());
    }
    Fd taken;
    Path left;
    try (Packet packet = next(there)) {
      assertEquals(2, packet.descriptors());
      assertFalse(packet.descriptorsLost());
      taken = Objects.requireNonNull(packet.take(0));
      assertNull(packet.take(0), "a second time");
      assertNull(packet.take(2));
      assertNull(packet.take(-1));
      left = Path.of("/proc/self/fd/" + lend(taken));
      assertEquals("anon_inode:[eventfd]", Files.readSymbolicLink(left).toString());
      assertTrue(
          Files.readString(Path.of("/proc/self/fdinfo/" + lend(taken))).contains("eventfd-count"));
    }
    long flags = flags(taken);
    assertEquals(02000000, flags & 02000000, "close-on-exec");
    taken.close();
    bell.close();
  }

  private static int lend(Fd fd) throws Exception {
    try (Fd.Use use = fd.use()) {
      return use.number();
    }
  }

  private static long flags(Fd fd) throws Exception {
    return Files.readAllLines(Path.of("/proc/self/fdinfo/" + lend(fd))).stream()
        .filter(line -> line.startsWith("flags:"))
        .mapToLong(line -> Long.parseLong(line.substring(6).strip(), 8))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aReceiverThatDoesNotReadFillsUpAndLosesNothing() throws Exception {
    int sent = 0;
    while (here.trySend(bytes(1000, sent)) == Sent.SENT) {
      sent++;
    }
    assertTrue(sent > 10, () -> "room");
    for (int at = 0; at < sent; at++) {
      try (Packet packet = next(there)) {
        assertEquals((byte) at, packet.bytes().get());
      }
    }
    assertSame(Received.NONE, there.tryReceive());
    assertEquals(Sent.SENT, here.trySend(bytes(1, 1)), "there is room again");
  }

  @Test
  void theEndComesAfterAllThatWasSent() throws Exception {
    here.trySend(bytes(1, 7));
    here.close();
    here.close();
    try (Packet packet = next(there)) {
      assertEquals(7, packet.bytes().get());
    }
    assertNull(there.receive());
    assertSame(Received.ENDED, there.tryReceive());
    assertEquals(Sent.ENDED, there.trySend(bytes(1, 1)));
    assertEquals(Sent.ENDED, here.trySend(bytes(1, 1)), "closed here");
    assertNull(here.receive());
  }

  @Test
  void whatWasSentComesThoughTheOtherEndHasLeftSomethingUnread() throws Exception {
    there.trySend(bytes(1, 1));
    here.trySend(bytes(1, 2));
    here.close();
    try (Packet packet = next(there)) {
      assertEquals(2, packet.bytes().get());
    }
    assertNull(there.receive());
  }

  @Test
  void closingEndsTheReceiverThatWaits() throws Exception {
    Thread[] receiver = new Thread[1];
    CompletableFuture<Boolean> ended =
        CompletableFuture.supplyAsync(
            () -> {
              receiver[0] = Thread.currentThread();
              try {
                return there.receive() == null;
              } catch (SocketFailure e) {
                throw new IllegalStateException(e);
              }
            });
    Await.until("it waits", () -> receiver[0] != null && inRecvmsg(receiver[0]));
    there.close();
    assertTrue(ended.get(30, TimeUnit.SECONDS));
    assertNull(here.receive());
  }

  private static boolean inRecvmsg(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length > 0 && stack[0].getMethodName().equals("recvmsg");
  }

  @Test
  void packetsThatAreTooLongOrHaveTooManyDescriptorsAreRefused() throws Exception {
    assertThrows(
        IllegalArgumentException.class, () -> here.trySend(bytes(PacketSocket.MOST_BYTES + 1, 1)));
    assertThrows(IllegalArgumentException.class, () -> here.trySend(ByteBuffer.allocate(0)));
    assertThrows(IllegalArgumentException.class, () -> here.trySend(bytes(1, 1), new int[9]));
    assertSame(Received.NONE, there.tryReceive());
  }

  @Test
  void aDescriptorThatIsNotOpenIsAnErrorAndSendsNothing() throws Exception {
    SocketFailure failure =
        assertThrows(SocketFailure.class, () -> here.trySend(bytes(1, 1), 1_000_000));
    assertTrue(String.valueOf(failure.getMessage()).contains("EBADF"), failure::getMessage);
    assertSame(Received.NONE, there.tryReceive());
  }

  @Test
  void thePeerIsKnown() throws Exception {
    PeerCredentials peer = here.peer();
    assertEquals(ProcessHandle.current().pid(), peer.pid());
    assertEquals(SocketCalls.geteuid(), peer.uid());
    here.close();
    assertNotNull(assertThrows(SocketFailure.class, here::peer).getMessage());
  }

  @Test
  void bytesAreAsTheyWere() throws Exception {
    byte[] all = new byte[256];
    for (int at = 0; at < all.length; at++) {
      all[at] = (byte) at;
    }
    ByteBuffer part = ByteBuffer.wrap(all, 10, 200);
    here.trySend(part);
    assertEquals(10, part.position(), "left as it was");
    try (Packet packet = next(there)) {
      byte[] got = new byte[packet.bytes().remaining()];
      packet.bytes().get(got);
      byte[] expected = new byte[200];
      System.arraycopy(all, 10, expected, 0, 200);
      assertArrayEquals(expected, got);
    }
  }
}
