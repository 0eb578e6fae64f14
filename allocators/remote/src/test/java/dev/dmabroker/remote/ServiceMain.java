package dev.dmabroker.remote;

import dev.dmabroker.Broker;
import dev.dmabroker.testing.InOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A service in a process of its own, which is killed. */
final class ServiceMain {
  private ServiceMain() {}

  /** Starts one, and waits until it serves. */
  static Process start(Path socket) throws Exception {
    return start(socket, List.of());
  }

  /**
   * Starts one by another program.
   *
   * @param before that program and its options
   */
  static Process start(Path socket, List<String> before) throws Exception {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            ServiceMain.class.getName(),
            socket.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    int ready = process.getInputStream().read();
    if (ready != '.') {
      process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
      throw new AssertionError("the service did not start");
    }
    return process;
  }

  public static void main(String[] arguments) throws Exception {
    Broker broker =
        TestHeaps.addTo(
                Broker.builder().heuristic(new InOrder()).longestHold(Duration.ofMillis(200)))
            .build();
    ClientLimits limits = ClientLimits.builder().memoryBytes(1 << 24).build();
    BrokerService unused =
        BrokerService.builder(broker)
            .admission(AdmissionRule.ownUser(ClientTerms.builder().limits(limits).build()))
            .start(Path.of(arguments[0]));
    NoDescriptors.loadClasses();
    System.out.write('.');
    System.out.flush();
    new CountDownLatch(1).await();
  }
}
