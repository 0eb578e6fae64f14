package dev.dmabroker.allocators.linux.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PacketListenerTest {
  @TempDir private Path folder;

  private Path path() {
    return folder.resolve("dmabroker-0");
  }

  private static void assertRefused(String words, org.junit.jupiter.api.function.Executable deed) {
    String text = String.valueOf(assertThrows(SocketFailure.class, deed).getMessage());
    assertTrue(text.contains(words), text);
  }

  @Test
  void clientsConnectAndTalk() throws Exception {
    try (PacketListener listener = PacketListener.at(path(), 0600)) {
      assertNull(listener.tryAccept());
      try (PacketSocket client = PacketSocket.connect(path());
          PacketSocket served = Objects.requireNonNull(listener.tryAccept())) {
        client.trySend(ByteBuffer.wrap(new byte[] {4, 2}));
        try (Packet packet = Objects.requireNonNull(served.receive())) {
          assertEquals(ByteBuffer.wrap(new byte[] {4, 2}), packet.bytes());
        }
      }
    }
    assertFalse(Files.exists(path()), "removed at the end");
  }

  @Test
  void theSocketHasTheModeThatWasAskedFor() throws Exception {
    for (int mode : new int[] {0600, 0660, 0666}) {
      try (PacketListener unused = PacketListener.at(path(), mode)) {
        String text = PosixFilePermissions.toString(Files.getPosixFilePermissions(path()));
        int found = 0;
        for (int at = 0; at < text.length(); at++) {
          found = found << 1 | (text.charAt(at) == '-' ? 0 : 1);
        }
        assertEquals(mode, found, text);
      }
    }
  }

  @Test
  void aPathThatIsTakenIsRefusedAndItsServiceGoesOn() throws Exception {
    try (PacketListener first = PacketListener.at(path(), 0600)) {
      assertRefused("is taken", () -> PacketListener.at(path(), 0600));
      try (PacketSocket unused = PacketSocket.connect(path());
          PacketSocket served = first.tryAccept()) {
        assertTrue(served != null);
      }
    }
  }

  @Test
  void aStaleSocketIsReplaced() throws Exception {
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(path())); // Its end leaves the file there.
    }
    assertTrue(Files.exists(path()));
    assertRefused("start it again", () -> PacketSocket.connect(path()));
    try (PacketListener listener = PacketListener.at(path(), 0600);
        PacketSocket unused = PacketSocket.connect(path());
        PacketSocket served = listener.tryAccept()) {
      assertTrue(served != null);
    }
  }

  @Test
  void whatIsNoSocketIsLeftAlone() throws Exception {
    Files.writeString(path(), "precious");
    assertRefused("is not a socket", () -> PacketListener.at(path(), 0600));
    assertEquals("precious", Files.readString(path()));
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, path());
    assertRefused("is not a socket", () -> PacketListener.at(link, 0600));
    Files.delete(path());
    PacketListener.at(path(), 0600).close(); // And the lock was given back.
  }

  @Test
  void pathsThatCannotBeUsed() {
    Path longOne = folder.resolve("x".repeat(120));
    assertRefused("choose a shorter folder", () -> PacketListener.at(longOne, 0600));
    assertRefused("choose a shorter folder", () -> PacketSocket.connect(longOne));
    assertRefused("cannot use", () -> PacketListener.at(folder.resolve("no/where"), 0600));
    assertRefused("start the service", () -> PacketSocket.connect(folder.resolve("nothing")));
  }

  @Test
  void aStreamSocketIsNotWhatAClientConnectsTo() throws Exception {
    try (ServerSocketChannel stream = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      stream.bind(UnixDomainSocketAddress.of(path()));
      assertRefused("connecting to " + path(), () -> PacketSocket.connect(path()));
    }
  }

  @Test
  void anInheritedDescriptorHasToBeASocketThatListens() {
    assertRefused("descriptor 0", () -> PacketListener.inherited(0));
    assertRefused("descriptor 999999", () -> PacketListener.inherited(999_999));
  }

  @Test
  void anInheritedSocketDoesNotHoldUpTheService() throws Exception {
    int type = SocketCalls.SOCK_SEQPACKET | SocketCalls.SOCK_CLOEXEC;
    int number = SocketCalls.socket(SocketCalls.AF_UNIX, type, 0);
    byte[] address = SocketEnd.address(path());
    assertEquals(0, SocketCalls.bind(number, address, address.length));
    assertEquals(0, SocketCalls.listen(number, 1));
    assertRefused("PassCredentials=yes", () -> PacketListener.inherited(number));
    int[] yes = {1};
    assertEquals(
        0,
        SocketCalls.setsockopt(
            number, SocketCalls.SOL_SOCKET, SocketCalls.SO_PASSCRED, yes, Integer.BYTES));
    try (PacketListener listener = PacketListener.inherited(number)) {
      assertTimeoutPreemptively(
          Duration.ofMinutes(1), () -> assertNull(listener.tryAccept()), "it waits for a client");
      try (PacketSocket client = PacketSocket.connect(path());
          PacketSocket served = Objects.requireNonNull(listener.tryAccept())) {
        client.trySend(ByteBuffer.wrap(new byte[] {4, 2}));
        try (Packet packet = Objects.requireNonNull(served.receive())) {
          assertEquals(ByteBuffer.wrap(new byte[] {4, 2}), packet.bytes());
        }
      }
    }
    assertTrue(Files.exists(path()), "it stays with the program that made it");
  }
}
