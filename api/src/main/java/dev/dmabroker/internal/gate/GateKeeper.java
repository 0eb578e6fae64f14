package dev.dmabroker.internal.gate;

import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A buffer as its attachments know it: what they ask when their {@link Gate} lets no mapping in,
 * and what they report. Thread-safe.
 */
public interface GateKeeper extends SharedBuffer {
  /** {@link dev.dmabroker.Attachment#map(Access, Duration)}, after the gate did not let it in. */
  BufferMapping map(AttachedDevice attachment, Access access, Duration timeout);

  /** Maps if that needs no wait; null otherwise. */
  @Nullable BufferMapping tryMap(AttachedDevice attachment, Access access);

  /** {@link dev.dmabroker.Attachment#mapAsync}, by the gate if that lets it in. */
  CompletableFuture<Mapping> mapAsync(AttachedDevice attachment, Access access);

  /** {@link dev.dmabroker.Attachment#pin(Duration)}. */
  Pin pin(AttachedDevice attachment, Duration timeout);

  /** Takes a slot for CPU access, which keeps the memory in place just as a mapping does. */
  BufferMapping admitView(BufferMapping mapping);

  /** Has the end of a mapping's fence told, and its failure to listeners. */
  void watchFence(BufferMapping mapping, SyncFile fence, Consumer<OptionalInt> whenSignalled);

  /** A mapping was closed, or turned back, while its gate was not open at its place. */
  void left();

  /** {@link #left} from a thread that must not be held up. */
  void leftOnTime();

  /** Detaches: false if that has happened before, be it with the broker. */
  boolean detach(AttachedDevice attachment);
}
