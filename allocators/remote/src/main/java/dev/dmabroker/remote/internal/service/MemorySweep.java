package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Broker;
import dev.dmabroker.Subscription;
import dev.dmabroker.allocators.linux.FileId;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.MemoryReleased;
import dev.dmabroker.remote.BrokerService;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks, a moment after the broker has given memory back, which of it clients have kept. The broker
 * uses a memory if this process has a descriptor of it besides those of the witnesses.
 *
 * <p>No event tells that another process has let memory go. So while a client keeps some this looks
 * again, each time after twice as long; a client whose budget is short causes a look at once.
 */
final class MemorySweep implements BrokerListener, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BrokerService.class.getName());

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** Collects what happens at once. */
  private static final Duration MOMENT = Duration.ofMillis(200);

  /** How often the time between looks doubles at most, to 6.4 s. */
  private static final int MOST_DOUBLINGS = 5;

  private final Supplier<Iterable<Standing>> clients;
  private final ScheduledExecutorService timer;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Subscription subscription;

  /** The next look for what clients keep; null if there is none. This object's lock guards it. */
  private @Nullable Future<?> again;

  /** How often the time between looks has doubled. This object's lock guards it. */
  private int doublings;

  MemorySweep(Broker broker, ScheduledExecutorService timer, Supplier<Iterable<Standing>> clients) {
    this.timer = timer;
    this.clients = clients;
    subscription = broker.listen(this, Delivery.QUEUED);
  }

  @Override
  public void released(MemoryReleased event) {
    soon();
  }

  @Override
  public void moved(BufferMove event) {
    soon();
  }

  /** Looks in a moment. */
  void soon() {
    if (!timer.isShutdown() && scheduled.compareAndSet(false, true)) {
      var unused =
          timer.schedule(
              () -> {
                scheduled.set(false);
                nowAndSoon();
              },
              MOMENT.toNanos(),
              TimeUnit.NANOSECONDS);
    }
  }

  /** Looks now, as something has happened, and soon again if that is needed. */
  private synchronized void nowAndSoon() {
    doublings = 0;
    now();
  }

  /** Looks now. */
  synchronized void now() {
    try {
      Set<Integer> witnesses = new HashSet<>();
      Map<Standing, Long> marks = new HashMap<>();
      for (Standing client : clients.get()) {
        marks.put(client, client.sent().mark(witnesses));
      }
      Set<FileId> open = open(witnesses);
      boolean kept = false;
      for (Map.Entry<Standing, Long> each : marks.entrySet()) {
        each.getKey().sent().sweep(open, each.getValue());
        each.getKey().account().sweep();
        kept |= each.getKey().account().isWaiting();
      }
      lookAgain(kept);
    } catch (IOException | DirectoryIteratorException e) {
      LOG.log(Level.WARNING, "what clients have kept cannot be looked at", e);
    }
  }

  private void lookAgain(boolean kept) {
    if (again != null) {
      again.cancel(false);
      again = null;
    }
    if (kept && !timer.isShutdown()) {
      long nanos = MOMENT.toNanos() << doublings;
      doublings = Math.min(doublings + 1, MOST_DOUBLINGS);
      again = timer.schedule(this::now, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** The memory that this process has open by other descriptors. */
  private static Set<FileId> open(Set<Integer> witnesses) throws IOException {
    Set<FileId> open = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path each : all) {
        int number = Integer.parseInt(each.getFileName().toString());
        if (!witnesses.contains(number) && isMemory(each)) {
          FileId.of(number).ifPresent(open::add);
        }
      }
    }
    return open;
  }

  /** Of other files nothing is asked: their file system may be a process that never answers. */
  private static boolean isMemory(Path descriptor) {
    try {
      String file = Files.readSymbolicLink(descriptor).toString();
      return file.startsWith("/memfd:") || file.startsWith("/dmabuf:");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  @Override
  public void close() {
    subscription.close();
  }
}
