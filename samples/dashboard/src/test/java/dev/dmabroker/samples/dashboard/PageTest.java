package dev.dmabroker.samples.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.dmabroker.Attachment;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.DeviceAttached;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page, in a browser. */
@Timeout(120)
class PageTest {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path SHOTS = Path.of("target/screenshots");

  private static @Nullable Playwright playwright;
  private static @Nullable Browser started;

  private final List<String> complaints = new ArrayList<>();
  private final List<String> elsewhere = new ArrayList<>();

  @BeforeAll
  static void start() {
    assumeTrue(
        Files.isExecutable(CHROMIUM), "there is no " + CHROMIUM + "; apt-get install chromium");
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    started =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setArgs(List.of("--no-sandbox"))); // CI runs as root in a container.
  }

  @AfterAll
  static void stop() {
    if (started != null) {
      started.close();
    }
    if (playwright != null) {
      playwright.close();
    }
  }

  @AfterEach
  void thePageComplainsOfNothingAndAsksNobodyElse() {
    assertEquals(List.of(), complaints);
    assertEquals(List.of(), elsewhere);
  }

  private static Browser browser() {
    return Objects.requireNonNull(started, "browser");
  }

  private Page open(Site site) {
    return open(site, options -> {});
  }

  private Page open(Site site, Consumer<Browser.NewContextOptions> set) {
    Browser.NewContextOptions options = new Browser.NewContextOptions().setViewportSize(1280, 900);
    set.accept(options);
    Page page = browser().newContext(options).newPage();
    page.onPageError(complaints::add);
    page.onRequest(
        request -> {
          if (!request.url().startsWith(site.url())) {
            elsewhere.add(request.url());
          }
        });
    page.navigate(site.url());
    page.waitForSelector("#connection[data-state=live]");
    return page;
  }

  private static long number(Page page, String selector, String attribute) {
    return Long.parseLong(page.getAttribute(selector, attribute));
  }

  @Test
  void showsWhatTheSnapshotSays() {
    try (Site site = new Site(false)) {
      Device client = site.broker.register("client", Constraints.none());
      SharedBuffer buffer = site.broker.export("still <b>", BlobSpec.of(8 << 20));
      try (Attachment attachment = buffer.attach(client);
          Mapping mapping = attachment.map(Access.READ)) {
        site.demo.close(); // So that nothing changes any more.
        Page page = open(site);
        BrokerSnapshot now = site.broker.snapshot();
        page.waitForFunction("count => heaps.names.length === count", now.heaps().size());
        for (HeapState heap : now.heaps()) {
          assertEquals(
              heap.usedBytes(),
              number(page, "#heaps li[data-name=" + heap.name() + "]", "data-used"));
        }
        assertEquals(
            now.heaps().stream().mapToLong(HeapState::usedBytes).sum(),
            number(page, "#used", "data-value"));
        assertEquals("8.0 MiB", page.textContent("#used"));
        assertEquals(now.buffers().size(), number(page, "#buffer-count", "data-value"));
        assertEquals(1, number(page, "#mappings", "data-value"));
        List<String> names = page.locator("#rows .row b").allTextContents();
        assertEquals(now.buffers().stream().map(BufferState::name).toList(), names);
        assertEquals("resident", page.textContent("#rows .state"));
        assertEquals(mapping.heapName(), page.textContent("#rows .where"));
        assertEquals("true", page.getAttribute("#rows .chip[data-device=client]", "data-holds"));
      }
      buffer.close();
    }
  }

  @Test
  void showsWhatStreamsDo() {
    try (Site site = new Site(false)) {
      Page page = open(site);
      assertFalse(page.isVisible("#stream-panel"));
      Device producer = site.broker.register("producer", Constraints.none());
      Device late = site.broker.register("late", Constraints.none());
      try (BufferStream stream =
              site.broker.stream(
                  StreamSpec.builder("video", BlobSpec.of(4096), producer)
                      .minBuffers(4)
                      .maxBuffers(8)
                      .stopDeadline(Duration.ZERO)
                      .build());
          StreamConsumer consumer = stream.consumer(late, StreamConsumer.Policy.LATEST)) {
        stream.start();
        stream.acquire().submit();
        Frame held = consumer.take();
        stream.acquire().submit();
        stream.acquire().submit();
        EmptyFrame filling = stream.acquire();
        page.waitForSelector("#streams [data-device=late][data-dropped='1']");
        assertEquals(4, number(page, "#streams [data-name=video]", "data-depth"));
        assertEquals("4 of at most 8 buffers, 16.0 KiB", page.textContent("#streams .amount"));
        assertEquals(
            "late: latest: holds 1, 1 queued, 1 dropped",
            page.textContent("#streams .chip")
                + ": "
                + page.textContent("#streams .consumers .small"));
        assertEquals(
            List.of("filling", "flight", "flight", "free"),
            page.locator("#streams .bar span")
                .evaluateAll("spans => spans.map(span => span.dataset.use)"));
        filling.close();
        held.close();
      }
      page.waitForSelector("#stream-panel", hidden());
    }
  }

  private static Page.WaitForSelectorOptions hidden() {
    return new Page.WaitForSelectorOptions().setState(WaitForSelectorState.HIDDEN);
  }

  @Test
  void theButtonCausesAMoveThatAppears() {
    try (Site site = new Site(true)) {
      Page page = open(site);
      page.waitForSelector("#rows .row:nth-child(4)");
      page.focus("#display");
      page.keyboard().press("Enter");
      page.waitForSelector("#activity li[data-kind=moved][data-buffer=frame-4]");
      assertEquals("Detach the display", page.textContent("#display"));
      assertTrue(site.demo.isDisplayAttached());
      page.waitForFunction("() => document.querySelector('#moves').dataset.value >= 4");
      assertEquals(
          Collections.nCopies(4, "modelled-cma"), page.locator("#rows .where").allTextContents());
      String refusal = page.textContent("#refusals > li");
      // The display's contiguous or its addressBits: either alone rules the other heap out.
      assertTrue(refusal.contains("scaler was refused frame-1"), refusal);
      assertTrue(
          refusal.contains(" and scaler's permittedHeaps=[modelled-system] cannot be met"),
          refusal);
      page.click("#display");
      page.waitForFunction(
          "() => [...document.querySelectorAll('#rows .where')].every(e => e.textContent ==="
              + " 'modelled-system')");
      assertFalse(site.demo.isDisplayAttached());
    }
  }

  @Test
  void withoutControlThereIsNoButton() {
    try (Site site = new Site(false)) {
      Page page = open(site);
      assertFalse(page.isVisible("#display"));
      assertTrue(page.textContent("#display-state").contains("read only"));
    }
  }

  @Test
  void aThousandBuffersStaySmooth() {
    try (Site site = new Site(false)) {
      Device reader = site.broker.register("reader", Constraints.none());
      Device writer = site.broker.register("writer", Constraints.none());
      List<Attachment> attachments = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        SharedBuffer buffer = site.broker.export("many-" + i, BlobSpec.of(4096));
        Attachment attachment = buffer.attach(reader);
        attachment.map(Access.READ).close();
        attachments.add(attachment);
        attachments.add(buffer.attach(writer));
      }
      Page page = open(site);
      page.waitForFunction("() => document.querySelector('#buffer-count').dataset.value == 1004");
      CDPSession session = page.context().newCDPSession(page);
      JsonObject ofTheThread = new JsonObject();
      ofTheThread.addProperty("timeDomain", "threadTicks");
      session.send("Performance.enable", ofTheThread);
      double before = taskSeconds(session);
      Object frames =
          page.evaluate(
              "() => new Promise(done => { const last = connection.updates + 20; let frames = 0;"
                  + " const step = () => {"
                  + "  document.querySelector('#buffers').scrollTop = 300 * ++frames;"
                  + "  connection.updates < last ? requestAnimationFrame(step) : done(frames); };"
                  + " requestAnimationFrame(step); })");
      double each = (taskSeconds(session) - before) / ((Number) frames).intValue();
      // Of the page's thread, as this machine may be busy with others: enough for 30 a second.
      assertTrue(each < 0.033, "a frame, scrolling, took " + each + " s");
      int elements = (Integer) page.evaluate("document.querySelectorAll('*').length");
      assertTrue(elements < 1500, elements + " elements");
      page.fill("#filter", "many-999");
      page.waitForFunction("() => document.querySelectorAll('#rows .row').length === 1");
      assertEquals("many-999", page.textContent("#rows b"));
      attachments.forEach(Attachment::close);
    }
  }

  /** What the page's thread has worked so far. */
  private static double taskSeconds(CDPSession session) {
    for (JsonElement metric : session.send("Performance.getMetrics").getAsJsonArray("metrics")) {
      if (metric.getAsJsonObject().get("name").getAsString().equals("TaskDuration")) {
        return metric.getAsJsonObject().get("value").getAsDouble();
      }
    }
    throw new AssertionError("no TaskDuration");
  }

  @Test
  void saysWhichListenerMissedEvents() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    BrokerListener slow =
        new BrokerListener() {
          @Override
          public void attached(DeviceAttached event) {
            Await.latch(go);
          }
        };
    try (Site site = new Site(false);
        Subscription listening = site.broker.listen(slow)) {
      Page page = open(site);
      assertTrue(page.isHidden("#dropped"));
      Device client = site.broker.register("client", Constraints.none());
      SharedBuffer buffer = site.broker.export("still", BlobSpec.of(4096));
      for (int i = 0; i < 5000; i++) {
        buffer.attach(client).close();
      }
      page.waitForSelector("#dropped:not([hidden])");
      String said = page.textContent("#dropped");
      assertTrue(said.contains("dropped, as too many waited for a listener; "), said);
      assertTrue(said.contains(slow.getClass().getName() + " missed "), said);
    } finally {
      go.countDown();
    }
  }

  @Test
  void aLostConnectionComesBack() {
    Site first = new Site(false);
    int port = first.server.port();
    try {
      Page page = open(first);
      first.close();
      page.waitForSelector("#connection[data-state=lost]");
      assertTrue(page.textContent("#connection").contains("Connection lost"));
      try (Site second = new Site(true, port)) {
        page.waitForSelector("#connection[data-state=live]");
        page.waitForSelector("#display:not([hidden])");
        second.demo.attachDisplay();
        page.waitForSelector("#activity li[data-kind=moved]");
      }
    } finally {
      first.close();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void fitsAPhoneInBothThemesWithoutMotion(ColorScheme scheme) throws Exception {
    try (Site site = new Site(true);
        Preview preview = new Preview(site.broker, 30)) {
      Page page =
          open(
              site,
              options ->
                  options
                      .setColorScheme(scheme)
                      .setReducedMotion(ReducedMotion.REDUCE)
                      .setViewportSize(360, 740));
      page.click("#display");
      page.waitForSelector("#activity li[data-kind=moved]");
      page.waitForSelector("#streams li");
      assertEquals(360, page.evaluate("document.documentElement.scrollWidth"));
      assertEquals(
          List.of(),
          page.evaluate(
              "document.getAnimations().filter(a => a.playState === 'running').map(String)"));
      Object dark =
          page.evaluate(
              "() => Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]) <"
                  + " 64");
      assertEquals(scheme == ColorScheme.DARK, dark);
      shoot(page, "phone", scheme);
      page.setViewportSize(1280, 900);
      shoot(page, "desktop", scheme);
    }
  }

  /** For people to look at. */
  private static void shoot(Page page, String width, ColorScheme scheme) throws IOException {
    Files.createDirectories(SHOTS);
    String name = width + "-" + scheme.name().toLowerCase(Locale.ROOT) + ".png";
    page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(SHOTS.resolve(name)));
  }

  @Test
  void theKeyboardReachesEverything() {
    try (Site site = new Site(true)) {
      Page page = open(site);
      List<String> reached = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        page.keyboard().press("Tab");
        reached.add(
            (String)
                page.evaluate("document.activeElement.id || document.activeElement.className"));
      }
      assertTrue(
          reached.containsAll(List.of("skip", "display", "filter", "buffers")), reached::toString);
      PlaywrightAssertions.assertThat(page.locator("#connection")).hasText("Live");
      assertEquals("table", page.getAttribute("#buffers", "role"));
      assertTrue(page.getAttribute("#stalls", "aria-label").contains("wait"));
      assertEquals("meter", page.getAttribute("#heaps .bar", "role"));
    }
  }
}
