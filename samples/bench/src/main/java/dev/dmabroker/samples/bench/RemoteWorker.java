package dev.dmabroker.samples.bench;

import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.remote.AdmissionRule;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.ClientLimits;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One process of those that share a broker. Takes its part, and the path of the service's socket.
 *
 * <pre>
 * service   answers {@code local COUNT} with the stalls of so many moves of its own, and
 *           {@code stalls} with those since it was asked last
 * camera    answers {@code frames COUNT} when it has submitted so many
 * viewer    answers {@code frames COUNT} with the times from submit to take of so many
 * mover     answers {@code moves COUNT} when a buffer of its has moved so often
 * </pre>
 */
public final class RemoteWorker {
  /** Between two frames, so that none waits for the one before. */
  static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(1500);

  private static final String STREAM = "frames";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Constraints CPU = Constraints.builder().cpuOnly().build();

  /** The mover makes more moves than a client usually may. */
  private static final ClientTerms TERMS =
      ClientTerms.builder()
          .limits(ClientLimits.builder().movesPerMinute(1_000_000).build())
          .build();

  private RemoteWorker() {}

  /** Takes a part and a path. */
  public static void main(String[] args) throws Exception {
    Path socket = Path.of(args[1]);
    switch (args[0]) {
      case "service" -> serve(socket);
      case "camera" -> shoot(socket);
      case "viewer" -> view(socket);
      case "mover" -> move(socket);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void serve(Path socket) throws Exception {
    ConcurrentLinkedQueue<BufferMove> moves = new ConcurrentLinkedQueue<>();
    try (Broker broker =
            Broker.builder()
                .heap(ModelledHeap.builder("left").build())
                .heap(ModelledHeap.builder("right").build())
                .heuristic(new LeastCost())
                .listener(
                    new BrokerListener() {
                      @Override
                      public void moved(BufferMove event) {
                        moves.add(event);
                      }
                    })
                .build();
        BrokerService service =
            BrokerService.builder(broker).admission(AdmissionRule.ownUser(TERMS)).start(socket);
        HeldMoves own = new HeldMoves(broker)) {
      Worker.serve(
          words -> {
            if (words[0].equals("local")) {
              own.move(Integer.parseInt(words[1]));
            }
            long[] stalls = moves.stream().mapToLong(each -> each.stall().toNanos()).toArray();
            moves.clear();
            return Worker.answer(stalls);
          });
      System.err.println(service.clients().size() + " clients are left");
    }
  }

  private static void shoot(Path socket) throws Exception {
    try (RemoteBroker remote = RemoteBroker.connect(socket, "camera");
        BufferStream stream =
            remote.stream(
                StreamSpec.of(STREAM, BlobSpec.of(4096), remote.register("sensor", CPU)))) {
      remote.publish(STREAM, stream);
      stream.start();
      Worker.serve(
          words -> {
            for (int i = 0; i < Integer.parseInt(words[1]); i++) {
              LockSupport.parkNanos(PAUSE_NANOS);
              EmptyFrame frame = stream.acquire();
              frame.mapping().cpuView().bytes().putLong(0, System.nanoTime());
              frame.submit();
            }
            return "submitted";
          });
    }
  }

  private static void view(Path socket) throws Exception {
    try (RemoteBroker remote = RemoteBroker.connect(socket, "viewer");
        BufferStream stream = remote.openStream(STREAM, PATIENCE);
        StreamConsumer frames =
            stream.consumer(remote.register("screen", CPU), StreamConsumer.Policy.EVERY_FRAME)) {
      Worker.serve(
          words -> {
            long[] times = new long[Integer.parseInt(words[1])];
            for (int i = 0; i < times.length; i++) {
              try (Frame frame = frames.take(PATIENCE)) {
                times[i] = System.nanoTime() - frame.mapping().cpuView().bytes().getLong(0);
              }
            }
            return Worker.answer(times);
          });
    }
  }

  private static void move(Path socket) throws Exception {
    try (RemoteBroker remote = RemoteBroker.connect(socket, "mover");
        HeldMoves moves = new HeldMoves(remote)) {
      Worker.serve(
          words -> {
            moves.move(Integer.parseInt(words[1]));
            return "moved";
          });
    }
  }
}
