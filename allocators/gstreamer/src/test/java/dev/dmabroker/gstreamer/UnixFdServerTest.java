package dev.dmabroker.gstreamer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.allocators.linux.FileId;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.testing.Await;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server with sources that behave; {@link HostileSourceTest} has those that do not. */
@Timeout(60)
class UnixFdServerTest {
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

  private static void held(UnixFdServer server, int client, int frames) {
    Await.until(client + " holds " + frames, () -> server.clients().get(client).held() == frames);
  }

  @Test
  void capsComeFirstAndFramesWithTheirContentsAfterThem() throws Exception {
    try (UnixFdServer server =
            camera.server().policy(Policy.EVERY_FRAME).frameRate(30, 1).start(path);
        Source source = new Source(path)) {
      connected(server, 1);
      for (int i = 0; i < 20; i++) {
        int shot = camera.shoot();
        try (Source.Got got = source.buffer()) {
          assertEquals(
              "video/x-raw, format=(string)NV12, width=(int)64, height=(int)16,"
                  + " framerate=(fraction)30/1",
              source.caps);
          byte[] contents = Camera.packed(shot, Camera.WIDTH, Camera.HEIGHT);
          assertArrayEquals(contents, Arrays.copyOf(got.bytes(), contents.length));
          assertEquals(shot, got.buffer().offset());
          assertFalse(got.buffer().dmaBuf());
          source.release(got.buffer().id());
        }
      }
      Await.until(
          "all is sent and released",
          () -> server.clients().get(0).sent() == 20 && server.clients().get(0).held() == 0);
    }
  }

  @Test
  void stridesAreSaidWithEachFrame() throws Exception {
    var strict =
        camera.broker.register("strict", Constraints.builder().strideAlignment(256).build());
    try (StreamConsumer unused = camera.stream.consumer(strict, Policy.LATEST);
        UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(path);
        Source source = new Source(path)) {
      connected(server, 1);
      Set<Integer> strides = Set.of();
      for (int round = 0; !strides.equals(Set.of(256)); round++) { // Each moves when it is free.
        assertTrue(round < 200, "strides are " + strides);
        strides = new TreeSet<>();
        for (int i = 0; i < 2 * Camera.BUFFERS; i++) {
          strides.add(strideOfOne(source));
        }
      }
      int shot = camera.shoot();
      try (Source.Got got = source.buffer()) {
        VideoMeta meta = got.buffer().videoMeta().orElseThrow();
        assertEquals(VideoFormat.NV12.number(), meta.format());
        assertEquals(List.of(64, 16), List.of(meta.width(), meta.height()));
        assertEquals(256, meta.planes().get(0).strideBytes());
        assertEquals(256, meta.planes().get(1).strideBytes());
        byte[] bytes = got.bytes();
        assertEquals(Camera.pixel(shot, 0, 3), bytes[3 * 256]);
        assertEquals((byte) 0xEE, bytes[3 * 256 + 64]);
        int chroma = (int) meta.planes().get(1).offsetBytes();
        assertEquals(Camera.pixel(shot, 1, 2), bytes[chroma + 2 * 256]);
      }
    }
  }

  @Test
  void aFrameGoesBackWhenAllClientsHaveReleasedIt() throws Exception {
    try (UnixFdServer server = camera.server().mostHeld(2).policy(Policy.EVERY_FRAME).start(path);
        Source one = new Source(path);
        Source other = new Source(path)) {
      connected(server, 2);
      camera.shoot();
      camera.shoot();
      List<Source.Got> first = List.of(one.buffer(), one.buffer());
      List<Source.Got> second = List.of(other.buffer(), other.buffer());
      assertEquals(first.get(0).file(), second.get(0).file());
      for (Source.Got each : first) {
        one.release(each.buffer().id());
        each.close();
      }
      held(server, 0, 0);
      held(server, 1, 2);
      for (Source.Got each : second) {
        other.release(each.buffer().id());
        each.close();
      }
      held(server, 1, 0);
    }
  }

  @Test
  void aBufferThatMovesIsAnotherDescriptor() throws Exception {
    try (UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(path);
        Source source = new Source(path)) {
      connected(server, 1);
      List<Object> files = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        files.add(showOne(source));
      }
      try (StreamConsumer late = camera.lateDisplay()) {
        int old = 0;
        while (files.contains(showOne(source))) { // Each buffer moves when it is free.
          assertTrue(++old < 1000, "no frame lies elsewhere than before");
        }
        assertEquals(Policy.LATEST, late.policy());
      }
    }
  }

  private int strideOfOne(Source source) throws IOException {
    camera.shoot();
    try (Source.Got got = source.buffer()) {
      source.release(got.buffer().id());
      return got.buffer().videoMeta().orElseThrow().planes().get(0).strideBytes();
    }
  }

  /** Has a frame go round, looks at it, and returns the file that it lies in. */
  private FileId showOne(Source source) throws Exception {
    int shot = camera.shoot();
    try (Source.Got got = source.buffer()) {
      VideoMeta meta = got.buffer().videoMeta().orElseThrow();
      byte[] contents = new byte[Camera.WIDTH * Camera.HEIGHT * 3 / 2];
      byte[] bytes = got.bytes();
      int at = 0;
      for (VideoMeta.Plane plane : meta.planes()) {
        int lines = plane.offsetBytes() == 0 ? Camera.HEIGHT : Camera.HEIGHT / 2;
        for (int line = 0; line < lines; line++, at += Camera.WIDTH) {
          int from = (int) plane.offsetBytes() + line * plane.strideBytes();
          System.arraycopy(bytes, from, contents, at, Camera.WIDTH);
        }
      }
      assertArrayEquals(Camera.packed(shot, Camera.WIDTH, Camera.HEIGHT), contents);
      source.release(got.buffer().id());
      return got.file();
    }
  }

  @Test
  void aClientThatDiesGivesEverythingBack() throws Exception {
    try (UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(path)) {
      try (Source source = new Source(path)) {
        connected(server, 1);
        for (int i = 0; i < 4; i++) {
          camera.shoot();
          source.buffer().close();
        }
        held(server, 0, 4);
        camera.shoot();
        camera.shoot();
        assertThrows(WaitTimeoutException.class, () -> camera.shoot(Duration.ofMillis(20)));
      }
      connected(server, 0);
      for (int i = 0; i < 20; i++) {
        camera.shoot();
      }
    }
  }

  @Test
  void whoGetsTheLatestHoldsUpNobody() throws Exception {
    try (UnixFdServer server = camera.server().policy(Policy.LATEST).start(path);
        Source source = new Source(path)) {
      connected(server, 1);
      List<Source.Got> held = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        camera.shoot();
        held.add(source.buffer());
      }
      for (int i = 0; i < 200; i++) {
        camera.shoot();
      }
      source.release(held.get(0).buffer().id());
      try (Source.Got next = source.buffer()) {
        assertEquals(203, next.buffer().offset(), "the latest of those that were missed");
      }
      held.forEach(Source.Got::close);
    }
  }

  @Test
  void eachClientGetsTheFramesOfItsOwnPolicy() throws Exception {
    List<Policy> policies = new ArrayList<>(List.of(Policy.EVERY_FRAME, Policy.LATEST));
    try (UnixFdServer server =
            camera
                .server()
                .mostHeld(2)
                .admission(peer -> Optional.of(policies.remove(0)))
                .start(path);
        Source every = new Source(path)) {
      connected(server, 1);
      try (Source latest = new Source(path)) {
        connected(server, 2);
        assertEquals(
            List.of(Policy.EVERY_FRAME, Policy.LATEST),
            server.clients().stream().map(UnixFdClientState::policy).toList());
        assertEquals(ProcessHandle.current().pid(), server.clients().get(0).peer().pid());
      }
    }
  }

  @Test
  void theEndOfTheStreamIsTold() throws Exception {
    try (UnixFdServer server = camera.server().start(path)) {
      try (Source source = new Source(path)) {
        connected(server, 1);
        camera.shoot();
        source.buffer().close();
        Thread stops = new Thread(camera.stream::stop);
        stops.start();
        assertEquals(Message.EOS, source.message().type());
        held(server, 0, 1);
        source.close();
        Await.ended(stops);
      }
      connected(server, 0);
      try (Source next = new Source(path)) {
        connected(server, 1);
        camera.stream.start();
        camera.shoot();
        next.buffer().close();
      }
    }
  }

  @Test
  void aClientWithoutAFrameIsToldWhatThereWouldHaveBeen() throws Exception {
    try (UnixFdServer server = camera.server().start(path);
        Source source = new Source(path)) {
      connected(server, 1);
      camera.stream.stop();
      assertTrue(source.message().capsText().startsWith("video/x-raw"));
      assertEquals(Message.EOS, source.message().type());
    }
  }

  @Test
  void theServersEndIsTold() throws Exception {
    UnixFdServer server = camera.server().start(path);
    try (Source source = new Source(path)) {
      connected(server, 1);
      camera.shoot();
      source.buffer().close();
      Thread closes = new Thread(server::close);
      closes.start();
      assertEquals(Message.EOS, source.message().type());
      source.requireEnd(); // It stays, and loses its connection.
      Await.ended(closes);
    }
    assertFalse(Files.exists(path));
    server.close();
    for (int i = 0; i < 20; i++) {
      camera.shoot();
    }
    assertEquals(List.of(), server.clients());
  }

  @Test
  void aHundredClientsLeaveNothingBehind() throws Exception {
    try (UnixFdServer server = camera.server().policy(Policy.EVERY_FRAME).start(path)) {
      long before = -1;
      for (int i = 0; i < 100; i++) {
        try (Source source = new Source(path)) {
          connected(server, 1);
          camera.shoot();
          source.buffer().close();
        }
        connected(server, 0);
        long now = descriptors();
        before = i == 9 ? now : before;
      }
      long allowed = before;
      Await.until("no descriptor more", () -> descriptors() <= allowed);
      assertEquals(List.of("camera"), deviceNames());
    }
  }

  private static long descriptors() {
    return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
  }

  private List<String> deviceNames() {
    return camera.broker.snapshot().devices().stream().map(each -> each.name()).toList();
  }

  @Test
  void whatGStreamerHasNoCapsForIsRefusedAtTheStart() throws Exception {
    try (Camera odd = new Camera(ImageSpec.of(64, 16, PixelFormat.PAL8), 6)) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> odd.server().start(path));
      assertTrue(String.valueOf(refused.getMessage()).contains("caps(...)"), refused.getMessage());
      try (UnixFdServer server = odd.server().caps("application/x-palette").start(path);
          Source source = new Source(path)) {
        connected(server, 1);
        odd.shoot();
        source.buffer().close();
        assertEquals("application/x-palette", source.caps);
      }
    }
  }

  @Test
  void aSecondServerDoesNotTakeThePath() throws Exception {
    try (UnixFdServer server = camera.server().start(path)) {
      IOException taken = assertThrows(IOException.class, () -> camera.server().start(path));
      assertTrue(String.valueOf(taken.getMessage()).contains("is taken"), taken.getMessage());
      assertNotEquals(null, server);
    }
  }
}
