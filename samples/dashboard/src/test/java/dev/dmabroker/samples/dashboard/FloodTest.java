package dev.dmabroker.samples.dashboard;

import static dev.dmabroker.testing.Await.EMULATED;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many clients at once that take what they can and give nothing back. */
@Timeout(300)
class FloodTest {
  private static final Duration FOR_EVER = Duration.ofDays(1);
  private static final Duration SHORT = Duration.ofMillis(100);

  /** What each client of a flood does. */
  enum Flood {
    PIPELINES_AND_DOES_NOT_READ(45, get("/chart/chart.umd.min.js").repeat(500)),
    SCRAPES_AND_DOES_NOT_READ(45, get("/metrics").repeat(500)),
    WATCHES_AND_DOES_NOT_READ(PageServer.MOST_WATCHING, get("/events")),
    SENDS_NO_END_OF_ITS_HEADERS(100, "GET / HTTP/1.1\r\nHost: localhost\r\nX: "),
    SENDS_NO_END_OF_ITS_BODY(
        100, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"),
    CLOSES_ITS_HALF_AND_DOES_NOT_READ(100, get("/chart/chart.umd.min.js").repeat(500)),
    SENDS_NOTHING(500, "");

    private final int clients;
    private final String sent;

    Flood(int clients, String sent) {
      this.clients = clients;
      this.sent = sent;
    }

    private static String get(String path) {
      return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    private List<Socket> begin(Site site) throws IOException {
      List<Socket> sockets = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), site.server.port()));
        send(socket, sent);
        if (this == CLOSES_ITS_HALF_AND_DOES_NOT_READ) {
          socket.shutdownOutput();
        }
      }
      return sockets;
    }

    /** Whether it has a byte for each time that it is asked, so that it is never idle. */
    private boolean trickles() {
      return this == SENDS_NO_END_OF_ITS_HEADERS || this == SENDS_NO_END_OF_ITS_BODY;
    }
  }

  private static void send(Socket socket, String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // The server has closed it, as it may.
    }
  }

  /** So many that a few states fill a socket. */
  private static void fill(Site site, List<SharedBuffer> buffers) {
    for (int i = 0; i < 1000; i++) {
      buffers.add(site.broker.export("many-" + i, BlobSpec.of(4096)));
    }
  }

  private static void close(List<Socket> sockets) throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private static void assertAnswers(Site site, String path) throws IOException {
    String answer = site.ask("GET " + path + " HTTP/1.1", "Host: localhost");
    assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
  }

  @ParameterizedTest
  @EnumSource
  void othersAreAnsweredAsLongAsItStays(Flood flood) throws Exception {
    List<SharedBuffer> buffers = new ArrayList<>();
    List<Socket> sockets = List.of();
    try (Site site = new Site(false, FOR_EVER)) {
      fill(site, buffers);
      sockets = flood.begin(site);
      for (int i = 0; i < 5; i++) {
        assertAnswers(site, "/metrics");
        assertAnswers(site, "/");
        assertAnswers(site, "/chart/chart.umd.min.js");
      }
      assertTrue(Site.serving() <= 20, "threads: " + Site.serving());
      buffers.forEach(SharedBuffer::close);
    } finally {
      close(sockets);
    }
  }

  @ParameterizedTest
  @EnumSource
  void itsPlacesAreFreeAgain(Flood flood) throws Exception {
    List<SharedBuffer> buffers = new ArrayList<>();
    List<Socket> sockets = List.of();
    try (Site site = new Site(false, SHORT)) {
      fill(site, buffers);
      List<Socket> clients = flood.begin(site);
      sockets = clients;
      Await.until(
          "no connection is left",
          EMULATED,
          () -> {
            if (flood.trickles()) {
              clients.forEach(client -> send(client, "x"));
            }
            return site.server.connections() == 0 && site.server.watching() == 0;
          });
      buffers.forEach(SharedBuffer::close);
    } finally {
      close(sockets);
    }
  }
}
