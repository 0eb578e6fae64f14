package dev.dmabroker.samples.dashboard;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.dmabroker.samples.dashboard.Updates.Update;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * Serves the page, the states that it shows as server-sent events, and the scrape. Changes anything
 * only if it was made to, and only for its own page; see {@link Guard}.
 */
final class PageServer implements AutoCloseable {
  private static final String HTML = "text/html; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  /** Each takes a thread. */
  static final int MOST_WATCHING = 32;

  /** Of all other requests; those that are more wait for a thread. */
  private static final int MOST_AT_ONCE = 8;

  static final int MOST_CONNECTIONS = 256;

  static {
    // The server reads them once, and knows no limits without; seconds for a request to come in.
    Map<Object, Object> properties = System.getProperties();
    properties.putIfAbsent("jdk.httpserver.maxConnections", Integer.toString(MOST_CONNECTIONS));
    properties.putIfAbsent("sun.net.httpserver.maxReqTime", "3");
  }

  /** The files of the page by path, with their types. */
  private static final Map<String, String> FILES =
      Map.of(
          "/index.html", HTML,
          "/page.css", "text/css; charset=utf-8",
          "/page.js", "text/javascript; charset=utf-8",
          "/icon.svg", "image/svg+xml",
          "/chart/chart.umd.min.js", "text/javascript; charset=utf-8");

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(MOST_WATCHING + MOST_AT_ONCE, PageServer::thread);
  private final Updates updates;
  private final PageState state;
  private final Guard guard;
  private final Optional<Controls> controls;
  private final UnaryOperator<String> scrape;

  /**
   * Listens from now on.
   *
   * @param controls what the page may change; empty if nothing
   * @param scrape the metrics in the format of the given Accept header
   * @throws UncheckedIOException if the address cannot be listened at
   */
  PageServer(
      InetSocketAddress address,
      Guard guard,
      PageState state,
      Optional<Controls> controls,
      UnaryOperator<String> scrape) {
    this.guard = guard;
    this.state = state;
    this.controls = controls;
    this.scrape = scrape;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen at " + address + "; --port takes another, or 0 for any", e);
    }
    updates = new Updates(state);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "dashboard-http");
    thread.setDaemon(true);
    return thread;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** How many pages watch. */
  int watching() {
    return updates.watching();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      protect(exchange.getResponseHeaders());
      Optional<String> refusal =
          guard.refusal(exchange.getRequestMethod(), exchange.getRequestHeaders());
      if (refusal.isPresent()) {
        answer(exchange, 403, TEXT, "refused: " + refusal.get() + "\n");
        return;
      }
      switch (exchange.getRequestMethod()) {
        case "GET" -> get(exchange);
        case "POST" -> post(exchange);
        default -> {
          exchange.getResponseHeaders().set("Allow", "GET, POST");
          answer(exchange, 405, TEXT, "only GET and POST\n");
        }
      }
    }
  }

  /** Nothing from elsewhere, in no frame, kept by no cache. */
  private static void protect(Headers headers) {
    headers.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cache-Control", "no-store");
  }

  private void get(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    switch (path) {
      case "/" -> file(exchange, "/index.html");
      case "/snapshot.json" -> answer(exchange, 200, JSON, state.snapshot());
      case "/events" -> stream(exchange);
      case "/metrics" -> {
        String accept = exchange.getRequestHeaders().getFirst("Accept");
        String type = accept != null && accept.contains("openmetrics") ? OPEN_METRICS : PROMETHEUS;
        answer(exchange, 200, type, scrape.apply(type));
      }
      default -> file(exchange, path);
    }
  }

  private void post(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (!path.startsWith("/control/")) {
      answer(exchange, 404, TEXT, "there is no " + path + "\n");
    } else if (controls.isEmpty()) {
      answer(exchange, 403, TEXT, "nothing can be changed from here; start with --control\n");
    } else if (path.equals("/control/display/attach")) {
      controls.get().attachDisplay();
      exchange.sendResponseHeaders(204, -1);
    } else if (path.equals("/control/display/detach")) {
      controls.get().detachDisplay();
      exchange.sendResponseHeaders(204, -1);
    } else {
      answer(exchange, 404, TEXT, "there is no " + path + "\n");
    }
  }

  private static void file(HttpExchange exchange, String path) throws IOException {
    String type = FILES.get(path);
    if (type == null) {
      answer(exchange, 404, TEXT, "there is no " + path + "\n");
      return;
    }
    try (InputStream file = PageServer.class.getResourceAsStream("web" + path)) {
      if (file == null) {
        throw new IllegalStateException("the jar lacks web" + path);
      }
      answer(exchange, 200, type, file.readAllBytes());
    }
  }

  /** States until the page leaves or this is closed. */
  private void stream(HttpExchange exchange) throws IOException {
    updates.join();
    try {
      if (updates.watching() > MOST_WATCHING) {
        answer(exchange, 503, TEXT, MOST_WATCHING + " pages watch already\n");
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream body = exchange.getResponseBody();
      body.write("retry: 1000\n\n".getBytes(StandardCharsets.UTF_8));
      Update seen = Update.NONE;
      Update next = updates.after(seen);
      while (next.number() > seen.number()) {
        body.write(("data: " + next.text() + "\n\n").getBytes(StandardCharsets.UTF_8));
        body.flush();
        seen = next;
        next = updates.after(seen);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      updates.leave();
    }
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    answer(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  /** Ends every connection. */
  @Override
  public void close() {
    updates.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
