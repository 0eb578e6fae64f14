package dev.dmabroker.samples.dashboard;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.samples.options.CommandLines;
import java.net.InetSocketAddress;
import java.time.Duration;
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
    BrokerBuilder builder = Broker.builder().watchMemory(Duration.ofSeconds(1));
    Demo.heaps().forEach(builder::heap);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (Broker broker = builder.build();
        Demo demo = new Demo(broker, options.buffers, options.rate);
        Preview preview = new Preview(broker, options.rate);
        LivePage page = serve(broker, demo)) {
      if (options.everySeconds() > 0) {
        ScheduledFuture<?> unused =
            timer.scheduleAtFixedRate(
                () -> comeOrGo(demo), 3, options.everySeconds(), TimeUnit.SECONDS);
      }
      System.out.printf(
          "dashboard: http://%s:%d/ over modelled heaps%s%n",
          options.address,
          page.port(),
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

  private LivePage serve(Broker broker, Demo demo) {
    return new LivePage(
        broker,
        new InetSocketAddress(options.address, options.port),
        options.names(),
        Optional.of(demo),
        options.control);
  }

  private static void comeOrGo(Demo demo) {
    if (demo.isDisplayAttached()) {
      demo.detachDisplay();
    } else {
      demo.attachDisplay();
    }
  }
}
