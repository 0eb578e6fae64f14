package dev.dmabroker.remote;

import dev.dmabroker.Broker;
import dev.dmabroker.testing.InOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** A service in a process of its own, which is killed. */
final class ServiceMain {
  private ServiceMain() {}

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
    System.out.write('.');
    System.out.flush();
    new CountDownLatch(1).await();
  }
}
