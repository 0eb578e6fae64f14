package dev.dmabroker.samples.dashboard;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import io.micrometer.core.instrument.Gauge;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PageServerTest {
  private static final String WATCH = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String SCRAPE = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String SCRAPE_ONCE =
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  private static final String ATTACH = "POST /control/display/attach HTTP/1.1";

  private static int status(String answer) {
    return Integer.parseInt(answer.substring(9, 12));
  }

  private static String[] same(Site site, String request) {
    String host = "127.0.0.1:" + site.server.port();
    return new String[] {request, "Host: " + host, "Origin: http://" + host, "Content-Length: 0"};
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html, dmabroker", "/page.js, text/javascript, EventSource",
    "/page.css, text/css, prefers-color-scheme", "/chart/chart.umd.min.js, text/javascript, Chart",
    "/icon.svg, image/svg+xml, svg", "/snapshot.json, application/json, frame-1",
    "/metrics, text/plain, dmabuf_heap_used_bytes"
  })
  void servesThePageFromItsOwnJar(String path, String type, String content) throws Exception {
    try (Site site = new Site(false)) {
      String answer = site.ask("GET " + path + " HTTP/1.1", "Host: localhost");
      assertEquals(200, status(answer));
      assertTrue(answer.contains(type), answer);
      assertTrue(answer.contains(content));
      assertTrue(answer.contains("default-src 'none'"));
      assertTrue(answer.contains("frame-ancestors 'none'"));
    }
  }

  @ParameterizedTest
  @CsvSource({"/chart/LICENSE.md, 404", "/x, 404", "/../Dashboard.class, 400", "//etc, 400"})
  void servesNothingElse(String path, int status) throws Exception {
    try (Site site = new Site(false)) {
      assertEquals(status, status(site.ask("GET " + path + " HTTP/1.1", "Host: localhost")));
      assertEquals(
          405,
          status(site.ask("DELETE / HTTP/1.1", "Host: localhost", "Origin: http://localhost")));
    }
  }

  @Test
  void changesNothingUnlessItWasStartedToDoSo() throws Exception {
    try (Site site = new Site(false)) {
      String answer = site.ask(same(site, ATTACH));
      assertEquals(403, status(answer));
      assertTrue(answer.contains("--control"), answer);
      assertFalse(site.demo.isDisplayAttached());
    }
  }

  @Test
  void changesWhatItsOwnPageAsksFor() throws Exception {
    try (Site site = new Site(true)) {
      assertEquals(204, status(site.ask(same(site, ATTACH))));
      assertTrue(site.demo.isDisplayAttached());
      assertEquals(204, status(site.ask(same(site, "POST /control/display/detach HTTP/1.1"))));
      assertFalse(site.demo.isDisplayAttached());
      assertEquals(404, status(site.ask(same(site, "POST /control/broker/close HTTP/1.1"))));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "evil.example, http://evil.example",
    "localhost, http://evil.example",
    "localhost, null",
    "127.0.0.1, http://localhost"
  })
  void changesNothingForAnotherPage(String host, String origin) throws Exception {
    try (Site site = new Site(true)) {
      String[] lines = {ATTACH, "Host: " + host, "Origin: " + origin, "Content-Length: 0"};
      assertEquals(403, status(site.ask(lines)));
      assertEquals(403, status(site.ask(ATTACH, "Host: localhost", "Content-Length: 0")));
      assertEquals(403, status(site.ask("GET /snapshot.json HTTP/1.1", "Host: evil.example")));
      String get = "GET /control/display/attach HTTP/1.1";
      assertEquals(404, status(site.ask(get, "Host: localhost")));
      assertFalse(site.demo.isDisplayAttached());
    }
  }

  @Test
  void sendsAtMostTenStatesASecondWhateverHappens() throws Exception {
    try (Site site = new Site(false)) {
      Device device = site.broker.register("busy", Constraints.none());
      Thread busy =
          new Thread(
              () -> {
                while (!Thread.interrupted()) {
                  try (var buffer = site.broker.export(BlobSpec.of(4096));
                      var attachment = buffer.attach(device)) {
                    attachment.map(Access.READ).close();
                  }
                }
              });
      busy.start();
      Iterator<String> lines = watch(site);
      nextState(lines);
      long begin = System.nanoTime();
      int states = 20;
      JsonObject last = new JsonObject();
      for (int i = 0; i < states; i++) {
        last = nextState(lines);
      }
      busy.interrupt();
      busy.join();
      double seconds = (System.nanoTime() - begin) / 1e9;
      // The first may have been late, the last was not early.
      assertTrue(seconds >= (states - 1) / 10.0, states + " states in " + seconds + " s");
      assertTrue(last.getAsJsonArray("activities").size() <= 40);
    }
  }

  private static Iterator<String> watch(Site site) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(site.url() + "events")).build(),
            HttpResponse.BodyHandlers.ofLines())
        .body()
        .iterator();
  }

  private static JsonObject nextState(Iterator<String> lines) {
    String line = lines.next();
    while (!line.startsWith("data: ")) {
      line = lines.next();
    }
    return JsonParser.parseString(line.substring(6)).getAsJsonObject();
  }

  @Test
  void makesStatesOnlyWhileAPageWatches() throws Exception {
    try (Site site = new Site(false)) {
      Socket socket = site.send(WATCH);
      Await.until("a page watches", EMULATED, () -> site.server.watching() == 1);
      socket.close();
      Await.until("it has left", EMULATED, () -> site.server.watching() == 0);
    }
  }

  @Test
  void aPageThatDoesNotReadHoldsUpNoOther() throws Exception {
    try (Site site = new Site(false)) {
      List<SharedBuffer> buffers = new ArrayList<>(); // So that a few states fill the sockets.
      for (int i = 0; i < 300; i++) {
        buffers.add(site.broker.export("many-" + i, BlobSpec.of(4096)));
      }
      try (Socket silent = site.send(WATCH)) {
        Iterator<String> lines = watch(site);
        for (int i = 0; i < 30; i++) {
          nextState(lines);
        }
        assertEquals(2, site.server.watching());
        long maps = site.broker.snapshot().maps();
        Await.until("the demo goes on", EMULATED, () -> site.broker.snapshot().maps() > maps);
      }
      buffers.forEach(SharedBuffer::close);
    }
  }

  @Test
  void refusesToBeWatchedByMoreThanMay() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Site site = new Site(false)) {
      for (int i = 0; i < PageServer.MOST_WATCHING; i++) {
        sockets.add(site.send(WATCH));
      }
      Await.until("all watch", EMULATED, () -> site.server.watching() == PageServer.MOST_WATCHING);
      Socket oneMore = site.send(WATCH);
      sockets.add(oneMore);
      assertEquals("HTTP/1.1 503", begin(oneMore));
      assertEquals(200, status(site.ask("GET / HTTP/1.1", "Host: localhost")));
    } finally {
      close(sockets);
    }
  }

  @Test
  void aNewConnectionTakesThePlaceOfTheOneWhoseLastAnswerIsLongestAgo() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Site site = new Site(true, Duration.ofDays(1))) {
      for (int i = 0; i < PageServer.MOST_CONNECTIONS; i++) {
        sockets.add(site.send(""));
        int connections = i + 1;
        Await.until("it has a place", EMULATED, () -> site.server.connections() == connections);
      }
      Socket answered = sockets.remove(0);
      Socket longestAgo = sockets.remove(0);
      try (answered;
          longestAgo) {
        attach(site, answered);
        attach(site, answered); // Once it is answered the first answer has ended.
        assertEquals(200, status(site.ask("GET / HTTP/1.1", "Host: localhost")));
        assertEquals(-1, longestAgo.getInputStream().read());
        attach(site, answered);
      }
      assertTrue(site.server.connections() <= PageServer.MOST_CONNECTIONS);
    } finally {
      close(sockets);
    }
  }

  @Test
  void aConnectionThatPipelinesGetsOneAnswerATurn() throws Exception {
    AtomicInteger turns = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    try (Site site = new Site(false)) {
      Gauge.builder(
              "turn",
              () -> {
                int turn = turns.incrementAndGet();
                Await.latch(go);
                return turn;
              })
          .register(site.registry);
      try (Socket many = site.send(SCRAPE.repeat(3))) {
        Await.until("it has the first turn", EMULATED, () -> turns.get() == 1);
        try (Socket one = site.send(SCRAPE_ONCE)) {
          Await.until("another waits", EMULATED, () -> site.server.waiting() == 1);
          go.countDown();
          String answer = new String(one.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          assertTrue(answer.contains("\nturn 2.0\n"), answer);
          assertEquals("HTTP/1.1 200", begin(many));
        }
      }
    }
  }

  @Test
  void scrapesHaveAThreadOfTheirOwn() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (Site site = new Site(true)) {
      synchronized (site.demo) {
        for (int i = 0; i < 20; i++) {
          sockets.add(site.send(String.join("\r\n", same(site, ATTACH)) + "\r\n\r\n"));
        }
        Await.until(
            "all other threads are held up",
            EMULATED,
            () -> site.server.waiting() == 20 - PageServer.ANSWERING);
        assertEquals(200, status(site.ask("GET /metrics HTTP/1.1", "Host: localhost")));
      }
      for (Socket socket : sockets) {
        assertEquals("HTTP/1.1 204", begin(socket));
      }
    } finally {
      close(sockets);
    }
  }

  private static String begin(Socket socket) throws IOException {
    byte[] begin = socket.getInputStream().readNBytes("HTTP/1.1 000".length());
    return new String(begin, StandardCharsets.UTF_8);
  }

  private static void attach(Site site, Socket socket) throws IOException {
    String request = String.join("\r\n", same(site, ATTACH)) + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      assertTrue(next >= 0, answer::toString);
      answer.append((char) next);
    }
    assertEquals(204, status(answer.toString()));
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
