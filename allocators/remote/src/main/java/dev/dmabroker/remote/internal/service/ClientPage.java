package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.SharedMemory;
import dev.dmabroker.allocators.linux.socket.Doorbell;
import dev.dmabroker.allocators.linux.socket.Poller;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.remote.internal.page.ClientWords;
import dev.dmabroker.remote.internal.page.PageWord;
import dev.dmabroker.spi.HeapException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The page that a client counts its mappings in, and the doorbell by which it says that it has
 * ended some that may be waited for. The doorbell is never read: each ring gives the poller an
 * event. The poller only has the words looked at in the session's order; when rings come too fast,
 * it hears none for a while, and the words are looked at after that.
 */
final class ClientPage {
  /** As many attachments as a pipeline has, a few times over; 64 KiB. */
  static final int WORDS = 1024;

  private static final long WINDOW_NANOS = 10_000_000;

  /** The most rings that are heard in a window. */
  private static final int MOST_RINGS = 200;

  private final SharedMemory memory;
  private final WordLeases leases;
  private final Fd doorbell;
  private final Executor order;
  private final Executor later;
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile Poller.@Nullable Registration watch;

  // Of the poller's thread.
  private long windowNanos;
  private int rings;

  /** What a client is sent. */
  record Parcel(ClientPage page, List<Fd> descriptors) {}

  private ClientPage(Session session, SharedMemory memory, Fd doorbell) {
    this.memory = memory;
    this.doorbell = doorbell;
    leases = new WordLeases(session, new ClientWords(memory.bytes()));
    order = session.inOrder();
    later = CompletableFuture.delayedExecutor(WINDOW_NANOS, TimeUnit.NANOSECONDS, order);
  }

  /**
   * Makes a page and a doorbell.
   *
   * @throws SocketFailure if there is no descriptor or no memory left
   */
  static Parcel create(Session session, Poller poller) throws SocketFailure {
    String whose = " of client " + session.name();
    Fd bell = Doorbell.create("the doorbell" + whose);
    SharedMemory.Made made = null;
    try {
      made = SharedMemory.create("the page" + whose, WORDS * PageWord.BYTES);
      Fd sent = duplicate(bell);
      ClientPage page = new ClientPage(session, made.memory(), bell);
      page.listen(poller);
      return new Parcel(page, List.of(made.descriptor(), sent));
    } catch (HeapException | SocketFailure e) {
      bell.close();
      if (made != null) {
        made.descriptor().close();
        made.memory().release();
      }
      throw e instanceof SocketFailure failure
          ? failure
          : new SocketFailure("no page could be made: " + e.getMessage());
    }
  }

  private static Fd duplicate(Fd fd) throws HeapException {
    try (Fd.Use use = fd.use()) {
      return new Fd(use.dup(), fd.toString());
    }
  }

  private void listen(Poller poller) throws SocketFailure {
    watch = poller.watch(doorbell, Poller.READABLE | Poller.EACH_TIME, events -> rang());
  }

  WordLeases leases() {
    return leases;
  }

  /** On the poller's thread, or where a client rings by a message. */
  private void rang() {
    long now = System.nanoTime();
    if (now - windowNanos > WINDOW_NANOS) {
      windowNanos = now;
      rings = 0;
    }
    rings++;
    if (rings == MOST_RINGS) {
      hear(/* rings= */ false);
      later.execute(() -> hear(/* rings= */ true)); // That rings once, if it has rung meanwhile.
    }
    look();
  }

  private void hear(boolean rings) {
    Poller.Registration its = watch;
    if (its != null) {
      its.await(Poller.EACH_TIME | (rings ? Poller.READABLE : 0));
    }
  }

  /** Has the words looked at soon. */
  void look() {
    if (asked.compareAndSet(false, true)) {
      order.execute(
          () -> {
            asked.set(false);
            leases.look();
          });
    }
  }

  /** The connection has ended: keeps what the client's process can still write to. */
  void end(Estate estate) {
    if (leases.close()) {
      estate.onceHarmless(this::die);
    } else {
      die();
    }
  }

  /** The client's process has ended, or has no use of memory: gives all leases back. */
  private void die() {
    Poller.Registration its = watch;
    if (its != null) {
      its.close();
    }
    doorbell.close();
    leases.die();
    memory.release();
  }
}
