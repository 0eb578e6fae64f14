package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Mapping and unmapping one settled buffer of a service. */
public class RemoteMapBench {
  /** For JMH. */
  public RemoteMapBench() {}

  /** A service, and a client of it. */
  @State(Scope.Benchmark)
  public static class Client {
    private Path folder;
    private Broker broker;
    private BrokerService service;
    private RemoteBroker remote;
    private Attachment attachment;

    /** For JMH. */
    @SuppressWarnings("NullAway.Init") // JMH calls connect first.
    public Client() {}

    /** Attaches, and maps once, so that the buffer has its memory. */
    @Setup(Level.Trial)
    public void connect() throws IOException {
      folder = Files.createTempDirectory("dmabroker-bench");
      broker =
          Broker.builder()
              .heap(ModelledHeap.builder("system").build())
              .heuristic(new LeastCost())
              .build();
      service = BrokerService.builder(broker).start(folder.resolve("socket"));
      remote = RemoteBroker.connect(folder.resolve("socket"), "bench");
      attachment =
          remote.export(BlobSpec.of(1 << 20)).attach(remote.register("device", Constraints.none()));
      attachment.map(Access.READ).close();
    }

    /** Closes all of it. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
      remote.close();
      service.close();
      broker.close();
      Files.deleteIfExists(folder.resolve("socket.lock"));
      Files.deleteIfExists(folder);
    }
  }

  /** As a method does that maps, uses and unmaps. */
  @Benchmark
  public void map(Client client) {
    client.attachment.map(Access.READ).close();
  }
}
