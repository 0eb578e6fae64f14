package dev.dmabroker.samples.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Serves the page, the states that it shows as server-sent events, and the scrape. Changes anything
 * only if it was made to, and only for its own page; see {@link Guard}.
 *
 * <p>A few threads make the answers and wait for no client: a connection that has sent many
 * requests queues for each anew. Scrapes have a thread to themselves, whatever else is asked for.
 */
final class PageServer implements AutoCloseable {
  static final int MOST_CONNECTIONS = 256;
  static final int MOST_WATCHING = 32;

  /** How long a client may take to ask and to read the answer. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Threads for what is no scrape. */
  static final int ANSWERING = 4;

  private static final String HTML = "text/html; charset=utf-8";
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  /** The files of the page by path, with their types. */
  private static final Map<String, String> FILES =
      Map.of(
          "/index.html", HTML,
          "/page.css", "text/css; charset=utf-8",
          "/page.js", "text/javascript; charset=utf-8",
          "/icon.svg", "image/svg+xml",
          "/chart/chart.umd.min.js", "text/javascript; charset=utf-8");

  /** Nothing from elsewhere, in no frame, kept by no cache. */
  private static final HttpFields PROTECTION =
      HttpFields.build()
          .put(
              "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                  + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
          .put("Cross-Origin-Resource-Policy", "same-origin")
          .put("X-Content-Type-Options", "nosniff")
          .put("Referrer-Policy", "no-referrer")
          .put("Cache-Control", "no-store")
          .asImmutable();

  private final ThreadPoolExecutor answering = threads("dashboard-answers", ANSWERING);
  private final ThreadPoolExecutor scraping = threads("dashboard-scrapes", 1);
  private final Duration patience;
  private final Guard guard;
  private final PageState state;
  private final Updates updates;
  private final Optional<Controls> controls;
  private final UnaryOperator<String> scrape;
  private final Front front;

  /** What a request gets; without a body no type. */
  private record Answer(int status, String type, ByteBuffer body) {
    static Answer of(int status, String type, String text) {
      return new Answer(status, type, UTF_8.encode(text));
    }

    static Answer done() {
      return of(204, "", "");
    }

    static Answer isMissing(String path) {
      return of(404, TEXT, "there is no " + path + "\n");
    }
  }

  /**
   * Listens from now on.
   *
   * @param patience how long a client may take to ask and to read the answer
   * @param controls what the page may change; empty if nothing
   * @param scrape the metrics in the format of the given Accept header
   * @throws IllegalStateException if the address cannot be listened at
   */
  PageServer(
      InetSocketAddress address,
      Duration patience,
      Guard guard,
      PageState state,
      Optional<Controls> controls,
      UnaryOperator<String> scrape) {
    this.patience = patience;
    this.guard = guard;
    this.state = state;
    this.controls = controls;
    this.scrape = scrape;
    updates = new Updates(state, MOST_WATCHING);
    front = new Front(address, MOST_CONNECTIONS, patience, this::take);
  }

  private static ThreadPoolExecutor threads(String name, int count) {
    return new ThreadPoolExecutor(
        count,
        count,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  int port() {
    return front.port();
  }

  /** How many connections there are, but for those of pages that watch. */
  int connections() {
    return front.connections();
  }

  /** How many pages watch. */
  int watching() {
    return updates.watching();
  }

  /** How many requests wait for a thread. */
  int waiting() {
    return answering.getQueue().size() + scraping.getQueue().size();
  }

  private static String path(Request request) {
    return Request.getPathInContext(request);
  }

  private void take(Request request, Response response, Callback callback) {
    ExecutorService threads = path(request).equals("/metrics") ? scraping : answering;
    threads.execute(
        () -> {
          try {
            answer(request, response, callback);
          } catch (Throwable e) {
            callback.failed(e); // Jetty logs it, and answers with status 500.
          }
        });
  }

  private void answer(Request request, Response response, Callback callback) {
    response.getHeaders().add(PROTECTION);
    Optional<String> refusal = guard.refusal(request.getMethod(), request.getHeaders());
    if (refusal.isPresent()) {
      send(Answer.of(403, TEXT, "refused: " + refusal.get() + "\n"), response, callback);
      return;
    }
    switch (request.getMethod()) {
      case "GET" -> {
        if (path(request).equals("/events")) {
          watch(request, response, callback);
        } else {
          send(get(request), response, callback);
        }
      }
      case "POST" -> send(post(path(request)), response, callback);
      default -> {
        response.getHeaders().put(HttpHeader.ALLOW, "GET, POST");
        send(Answer.of(405, TEXT, "only GET and POST\n"), response, callback);
      }
    }
  }

  private static void send(Answer answer, Response response, Callback callback) {
    response.setStatus(answer.status());
    if (!answer.type().isEmpty()) {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
    }
    response.write(true, answer.body(), callback);
  }

  private Answer get(Request request) {
    String path = path(request);
    return switch (path) {
      case "/" -> file("/index.html");
      case "/snapshot.json" -> Answer.of(200, JSON, state.snapshot());
      case "/metrics" -> {
        String accept = request.getHeaders().get(HttpHeader.ACCEPT);
        String type = accept != null && accept.contains("openmetrics") ? OPEN_METRICS : PROMETHEUS;
        yield Answer.of(200, type, scrape.apply(type));
      }
      default -> file(path);
    };
  }

  private Answer post(String path) {
    if (!path.startsWith("/control/")) {
      return Answer.isMissing(path);
    }
    if (controls.isEmpty()) {
      return Answer.of(403, TEXT, "nothing can be changed from here; start with --control\n");
    }
    switch (path) {
      case "/control/display/attach" -> controls.get().attachDisplay();
      case "/control/display/detach" -> controls.get().detachDisplay();
      default -> {
        return Answer.isMissing(path);
      }
    }
    return Answer.done();
  }

  private static Answer file(String path) {
    String type = FILES.get(path);
    if (type == null) {
      return Answer.isMissing(path);
    }
    try (InputStream file = PageServer.class.getResourceAsStream("web" + path)) {
      if (file == null) {
        throw new IllegalStateException("the jar lacks web" + path);
      }
      return new Answer(200, type, ByteBuffer.wrap(file.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** States until the page leaves or this is closed. */
  private void watch(Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
    Watcher watcher = new Watcher(response, () -> Front.disconnect(request), patience);
    if (updates.join(watcher)) {
      front.release(request); // The watcher has a patience of its own.
    } else {
      send(Answer.of(503, TEXT, MOST_WATCHING + " pages watch already\n"), response, callback);
    }
  }

  /** Ends every connection. */
  @Override
  public void close() {
    updates.close();
    front.close();
    answering.shutdownNow();
    scraping.shutdownNow();
  }
}
