package dev.dmabroker.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.testing.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that no unixfdsrc would be: each hurts itself alone. */
@Timeout(60)
class HostileSourceTest {
  @TempDir Path folder;
  private Path path;
  private Camera camera;

  @BeforeEach
  void open() {
    path = folder.resolve("socket");
    camera = new Camera();
  }

  @AfterEach
  void close() {
    camera.close();
  }

  private static void connected(UnixFdServer server, int count) {
    Await.until(count + " clients", () -> server.clients().size() == count);
  }

  /** What a client may do that no source does. */
  enum Offence {
    RELEASE_TWICE {
      @Override
      void commit(Source source, long id) throws IOException {
        source.release(id);
        source.release(id);
      }
    },
    RELEASE_WHAT_WAS_NEVER_SENT {
      @Override
      void commit(Source source, long id) throws IOException {
        source.release(id + 1000);
      }
    },
    RELEASE_OF_ANOTHER_LENGTH {
      @Override
      void commit(Source source, long id) throws IOException {
        source.send(Message.begin(Message.RELEASE, 4).putInt(1).flip());
      }
    },
    SEND_CAPS {
      @Override
      void commit(Source source, long id) throws IOException {
        source.send(Message.caps("video/x-raw"));
      }
    },
    SEND_A_BUFFER {
      @Override
      void commit(Source source, long id) throws IOException {
        source.send(Message.begin(Message.NEW_BUFFER, 56).position(64).flip());
      }
    },
    SEND_TOO_LONG_A_MESSAGE {
      @Override
      void commit(Source source, long id) throws IOException {
        source.send(
            ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putInt(9).putInt(-1).flip());
      }
    },
    SEND_DESCRIPTORS {
      @Override
      void commit(Source source, long id) throws IOException {
        source.send(Message.release(id), 0, 1, 2);
      }
    };

    abstract void commit(Source source, long id) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void anOffenderIsLetGoAndOthersAreServed(Offence offence) throws Exception {
    try (UnixFdServer server = camera.server().mostHeld(2).policy(Policy.EVERY_FRAME).start(path);
        Source offender = new Source(path);
        Source other = new Source(path)) {
      connected(server, 2);
      camera.shoot();
      long id;
      try (Source.Got got = offender.buffer();
          Source.Got others = other.buffer()) {
        id = got.buffer().id();
        other.release(others.buffer().id());
      }
      offence.commit(offender, id);
      offender.requireEnd();
      connected(server, 1);
      for (int i = 0; i < 20; i++) {
        camera.shoot();
        try (Source.Got got = other.buffer()) {
          other.release(got.buffer().id());
        }
      }
    }
  }

  @Test
  void messagesOfNewerVersionsAreSkipped() throws Exception {
    try (UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(path);
        Source source = new Source(path)) {
      connected(server, 1);
      source.send(Message.begin(17, 100).position(108).flip());
      source.send(Message.eos());
      camera.shoot();
      try (Source.Got got = source.buffer()) {
        source.release(got.buffer().id());
      }
      Await.until("the release is read", () -> server.clients().get(0).held() == 0);
    }
  }

  @Test
  void aReleaseInPiecesIsOne() throws Exception {
    try (UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(path);
        Source source = new Source(path)) {
      connected(server, 1);
      camera.shoot();
      try (Source.Got got = source.buffer()) {
        ByteBuffer release = Message.release(got.buffer().id());
        for (int i = 0; i < release.limit(); i++) {
          source.send(release.slice(i, 1));
        }
      }
      Await.until("the release is read", () -> server.clients().get(0).held() == 0);
    }
  }

  @Test
  void whoNeverReleasesIsLetGoAndTheProducerGoesOn() throws Exception {
    try (UnixFdServer server =
            camera
                .server()
                .policy(Policy.EVERY_FRAME)
                .evictAfter(Duration.ofMillis(100))
                .start(path);
        Source keeper = new Source(path)) {
      connected(server, 1);
      for (int i = 0; i < 20; i++) {
        camera.shoot();
      }
      connected(server, 0);
      keeper.requireEnd();
    }
  }

  /** It releases numbers that it guesses, so that frames come without end, and reads none. */
  @Test
  void whoNeverReadsIsLetGo() throws Exception {
    try (UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(path);
        Source deaf = new Source(path)) {
      connected(server, 1);
      long sent = 0;
      while (!server.clients().isEmpty()) {
        camera.shoot();
        long next = ++sent;
        Await.until(
            "it was sent another, or let go",
            () -> server.clients().isEmpty() || server.clients().get(0).sent() >= next);
        deaf.release(next);
        assertTrue(sent < 100_000, "it may not go on for ever");
      }
      camera.shoot();
    }
  }

  @Test
  void oneMoreThanMayBeAreRefused() throws Exception {
    try (UnixFdServer server = camera.server().mostClients(1).mostHeld(2).start(path);
        Source one = new Source(path)) {
      connected(server, 1);
      try (Source tooMany = new Source(path)) {
        tooMany.requireEnd();
      }
      camera.shoot();
      one.buffer().close();
    }
  }

  @Test
  void whoIsNotAdmittedIsRefused() throws Exception {
    List<UnixFdPeer> asked = new ArrayList<>();
    UnixFdAdmission rule =
        peer -> {
          asked.add(peer);
          return Optional.empty();
        };
    try (UnixFdServer server = camera.server().admission(rule).start(path);
        Source stranger = new Source(path)) {
      stranger.requireEnd();
      assertEquals(ProcessHandle.current().pid(), asked.get(0).pid());
      assertEquals(List.of(), server.clients());
    }
  }

  /** Two clients may hold eight frames together, and the stream has six buffers at most. */
  @Test
  void aClientForWhichThereAreNoBuffersIsRefused() throws Exception {
    try (UnixFdServer server = camera.server().start(path);
        Source one = new Source(path)) {
      connected(server, 1);
      try (Source other = new Source(path)) {
        other.requireEnd();
      }
      assertEquals(1, server.clients().size());
    }
  }

  @Test
  void noiseEndsItsOwnConnectionAlone() throws Exception {
    Random random = new Random(3);
    try (UnixFdServer server = camera.server().mostHeld(2).policy(Policy.EVERY_FRAME).start(path)) {
      try (Source good = new Source(path)) {
        connected(server, 1);
        for (int i = 0; i < 300; i++) {
          try (Source noisy = new Source(path)) {
            byte[] noise = new byte[1 + random.nextInt(200)];
            random.nextBytes(noise);
            if (random.nextBoolean()) {
              noise[0] = (byte) random.nextInt(4);
              java.util.Arrays.fill(noise, 1, Math.min(4, noise.length), (byte) 0);
            }
            noisy.send(ByteBuffer.wrap(noise));
          }
          camera.shoot();
          try (Source.Got got = good.buffer()) {
            good.release(got.buffer().id());
          }
        }
        connected(server, 1);
      }
    }
  }

  @Test
  void limitsHaveTheirBounds() {
    assertThrows(IllegalArgumentException.class, () -> camera.server().mostHeld(1));
    assertThrows(IllegalArgumentException.class, () -> camera.server().mostClients(0));
    assertThrows(IllegalArgumentException.class, () -> camera.server().evictAfter(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> camera.server().frameRate(30, 0));
    assertThrows(IllegalArgumentException.class, () -> camera.server().caps(" "));
  }
}
