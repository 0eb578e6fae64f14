package dev.dmabroker.samples.broker;

import dev.dmabroker.samples.options.CommandLines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Serves a broker to other processes until the program is ended. Exit status: 0 when it is ended, 1
 * if it cannot listen, 2 for a wrong command line, 78 for a configuration that is wrong or asks for
 * what is not there.
 */
@Command(
    name = "dmabroker",
    description = "Serves a broker to other processes. 'dmabroker top' shows who has what.")
public final class Main implements Callable<Integer> {
  /** EX_CONFIG of sysexits(3), by which a unit tells that starting anew is of no use. */
  static final int WRONG_CONFIGURATION = 78;

  @Option(names = "--config", paramLabel = "FILE", description = "the configuration")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = "--print-config",
      description = "prints what counts and where each value comes from, and ends")
  private boolean printConfig;

  @Option(names = "--template", description = "prints a configuration to begin with, and ends")
  private boolean template;

  @Option(names = "--socket", paramLabel = "PATH", description = "where clients connect")
  private Optional<Path> socket = Optional.empty();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "live page and /metrics; or off")
  private Optional<String> httpPort = Optional.empty();

  @Option(
      names = "--stand-ins",
      description = "models stand in where no heap opens that drivers import")
  private boolean standIns;

  private Main() {}

  /** The service, or, if the first word is {@code top}, the view of one. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** The exit status. */
  static int run(String... args) {
    return CommandLines.of(new Main())
        .addSubcommand("top", CommandLines.of(new Top()))
        .execute(args);
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      Configuration configuration = configuration();
      if (template) {
        System.out.print(ConfigurationPrinter.template());
      } else if (printConfig) {
        System.out.print(ConfigurationPrinter.effective(configuration));
      } else {
        serve(configuration, Supervisor.ofThisProcess());
      }
      return 0;
    } catch (ConfigurationException e) {
      System.err.println("dmabroker: " + e.getMessage());
      return WRONG_CONFIGURATION;
    } catch (IOException e) {
      System.err.println("dmabroker: " + e.getMessage());
      return 1;
    }
  }

  private Configuration configuration() throws ConfigurationException {
    Configuration configuration =
        config.isPresent()
            ? Configuration.of(ConfigurationFile.read(CallersFolder.resolve(config.get())))
            : Configuration.standard();
    if (socket.isPresent()) {
      String path = CallersFolder.resolve(socket.get()).toString();
      configuration.set(Key.SOCKET, path, "--socket");
    }
    if (httpPort.isPresent()) {
      configuration.set(Key.HTTP_PORT, httpPort.get(), "--http-port");
    }
    if (standIns) {
      configuration.set(Key.STAND_INS, "yes", "--stand-ins");
    }
    return configuration;
  }

  private static void serve(Configuration configuration, Supervisor supervisor)
      throws ConfigurationException, IOException, InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (Service service = Service.start(configuration, supervisor, Accounts.OF_MACHINE)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(end, closed), "dmabroker-end"));
      supervisor.ready(service.greeting());
      System.out.printf(
          "dmabroker: %s (ready after %d ms)%n", service.greeting(), StartTime.ago().toMillis());
      end.await();
      supervisor.stopping();
    } finally {
      closed.countDown();
    }
  }

  /** The JVM ends when its hooks have ended, so this waits until the service is closed. */
  private static void end(CountDownLatch end, CountDownLatch closed) {
    end.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
