package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.metrics.DmaBufMetrics;
import dev.dmabroker.samples.options.CommandLines;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Serves the live page of a broker that runs the demo. Exit status: 2 for a wrong command line. */
@Command(name = "samples/run dashboard")
public final class Dashboard implements Callable<Integer> {
  @Mixin private final Options options = new Options();

  private Dashboard() {}

  /** See {@link Options}. */
  public static void main(String[] args) {
    System.exit(CommandLines.of(new Dashboard()).execute(args));
  }

  /** Serves until the program is ended, or the time is over that it was given. */
  @Override
  public Integer call() throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(end::countDown, "dashboard-end"));
    Feed feed = new Feed();
    BrokerBuilder builder = Broker.builder().listener(feed);
    Demo.heaps().forEach(builder::heap);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (Broker broker = builder.build();
        DmaBufMetrics metrics = new DmaBufMetrics(broker);
        Demo demo = new Demo(broker, options.buffers, options.rate);
        Preview preview = new Preview(broker, options.rate);
        PageServer server = serve(broker, feed, demo, registry)) {
      metrics.bindTo(registry);
      if (options.everySeconds() > 0) {
        ScheduledFuture<?> unused =
            timer.scheduleAtFixedRate(
                () -> comeOrGo(demo), 3, options.everySeconds(), TimeUnit.SECONDS);
      }
      System.out.printf(
          "dashboard: http://%s:%d/ over modelled heaps%s%n",
          options.address,
          server.port(),
          options.control ? "" : " (read only; --control lets the page attach the display)");
      if (options.seconds > 0) {
        end.await(options.seconds, TimeUnit.SECONDS);
      } else {
        end.await();
      }
      return 0;
    } finally {
      timer.shutdownNow();
    }
  }

  private PageServer serve(Broker broker, Feed feed, Demo demo, PrometheusMeterRegistry registry) {
    return new PageServer(
        new InetSocketAddress(options.address, options.port),
        PageServer.PATIENCE,
        new Guard(options.names()),
        new PageState(broker, feed, demo, options.control),
        options.control ? Optional.of(demo) : Optional.empty(),
        registry::scrape);
  }

  private static void comeOrGo(Demo demo) {
    if (demo.isDisplayAttached()) {
      demo.detachDisplay();
    } else {
      demo.attachDisplay();
    }
  }
}
