package dev.dmabroker.internal.gate;

import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.RecallListener;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.internal.heap.HeapMemory;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A buffer as its attachments see it: what they ask when their {@link Gate} lets no mapping in, and
 * what they report. Thread-safe.
 */
public interface GateKeeper extends SharedBuffer {
  /**
   * Waits until the mapping may come in, after the gate did not let it in; see {@link
   * dev.dmabroker.Attachment#map(Access, Duration)}.
   */
  BufferMapping map(AttachedDevice attachment, Access access, Duration timeout);

  /** Maps if that needs no wait; returns null otherwise. */
  @Nullable BufferMapping tryMap(AttachedDevice attachment, Access access);

  /**
   * Maps through the gate if that lets the mapping in, and asks the buffer otherwise; see {@link
   * dev.dmabroker.Attachment#mapAsync}.
   */
  CompletableFuture<Mapping> mapAsync(AttachedDevice attachment, Access access, Duration timeout);

  /**
   * Maps as {@link #mapAsync} does, for a thread of another process. The map is refused if the
   * thread would wait for itself, by way of any number of threads.
   */
  CompletableFuture<Mapping> mapFor(
      ForeignCaller asker, AttachedDevice attachment, Access access, Duration timeout);

  /** Pins the buffer; see {@link dev.dmabroker.Attachment#pin(Duration)}. */
  Pin pin(AttachedDevice attachment, Duration timeout);

  /**
   * Takes a slot beside a use of a lease, which keeps the memory in place by itself.
   *
   * @throws dev.dmabroker.ClosedException if no use goes on
   */
  BufferMapping admitUse(BufferLease lease);

  /** Takes a slot for CPU access, which keeps the memory in place just as a mapping does. */
  BufferMapping admitView(UsedPlace used);

  /**
   * Makes a lease of a mapping, which is closed by that.
   *
   * @param uses counts for no other lease
   * @throws dev.dmabroker.ClosedException if the mapping is closed
   */
  BufferLease lease(BufferMapping mapping, String holder, RecallListener listener, UseWord uses);

  /**
   * Asks the memory of a mapping or lease something, without a lock. The memory is kept in use
   * meanwhile, so it is there for the whole call, also if the mapping is closed at this moment.
   *
   * @param <T> what it answers
   * @throws dev.dmabroker.ClosedException if the mapping or lease is closed
   * @throws HeapException as the memory does
   */
  <T> T ask(UsedPlace used, Question<T> question) throws HeapException;

  /**
   * What some memory is asked.
   *
   * @param <T> what it answers
   */
  interface Question<T> {
    T of(HeapMemory memory) throws HeapException;
  }

  /** Tells the caller when the mapping's fence has signalled, and listeners if it failed. */
  void watchFence(BufferMapping mapping, SyncFile fence, Consumer<OptionalInt> whenSignalled);

  /** A mapping was closed, or turned back, while its gate was not open at its place. */
  void left();

  /** Does what {@link #left} does, from a thread that must not be held up. */
  void leftOnTime();

  /** Detaches a device. False if it was detached before, also if the broker's close did that. */
  boolean detach(AttachedDevice attachment);
}
