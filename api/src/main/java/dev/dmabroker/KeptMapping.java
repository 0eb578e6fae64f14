package dev.dmabroker;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.CheckReturnValue;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the mapping of a device from one frame to the next, and maps anew when the broker has asked
 * it back. Between uses it holds up nothing.
 *
 * <pre>{@code
 * try (Broker broker = Broker.builder().heaps(Heaps.modelledStandIns()).build()) {
 *   SharedBuffer buffer = broker.export(ImageSpec.of(640, 480, PixelFormat.NV12));
 *   Device viewer = broker.register("viewer", Constraints.builder().cpuReach().build());
 *   try (KeptMapping kept =
 *       KeptMapping.of(buffer.attach(viewer), Access.READ, "preview", recalled -> {})) {
 *     for (int frame = 0; frame < 60; frame++) {
 *       Lease lease = kept.use(); // maps for the first frame, and after each move
 *       try (CpuView pixels = lease.cpuView()) {
 *         byte first = pixels.bytes().get(0);
 *       } finally {
 *         lease.endUse();
 *       }
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Thread-safe: several threads may use it at a time. A thread that begins a use within another
 * one may have to map for it, and then wait until the move that the first use holds up is rolled
 * back.
 */
public final class KeptMapping implements AutoCloseable {
  private final Attachment attachment;
  private final Access access;
  private final String holder;
  private final RecallListener listener;

  /** The lease that is kept; null before the first use. */
  private volatile @Nullable Lease kept;

  private volatile boolean closed;

  private KeptMapping(
      Attachment attachment, Access access, String holder, RecallListener listener) {
    this.attachment = Objects.requireNonNull(attachment, "attachment");
    this.access = Objects.requireNonNull(access, "access");
    this.holder = Objects.requireNonNull(holder, "holder");
    this.listener = Objects.requireNonNull(listener, "listener");
  }

  /**
   * Keeps mappings of an attachment. The first use maps. Does not block.
   *
   * @param attachment whose buffer is mapped
   * @param access what each use is for
   * @param holder names the holder in errors and snapshots
   * @param listener is told each time that the mapping is asked back
   * @return what keeps them
   */
  @CheckReturnValue
  public static KeptMapping of(
      Attachment attachment, Access access, String holder, RecallListener listener) {
    return new KeptMapping(attachment, access, holder, listener);
  }

  /**
   * Begins a use. If there is no lease, or it was asked back, this maps first, and may block and
   * throw as {@link Attachment#map(Access)} does.
   *
   * @return the lease in use, which {@link Lease#endUse} has to end; its {@link Lease#generation
   *     generation} tells whether it lies where it did
   * @throws AllocationException if no heap that suits has memory
   * @throws BudgetExceededException if a budget that the buffer counts against does not suffice
   * @throws SearchLimitException if the alternatives and preferences of the attached devices have
   *     too many combinations
   * @throws WaitTimeoutException if the buffer was not mappable in time
   * @throws MoveFailedException if the move that this device needs failed for good
   * @throws PinnedException if this device needs a move and other devices have pinned the buffer
   * @throws WouldDeadlockException if the wait could only end after the calling thread's own
   *     mapping is closed
   * @throws LeftOutException if the device is dispensable and is left out now
   * @throws UndeclaredAccessException if the device did not declare the access
   * @throws WaitInterruptedException if the thread is interrupted while it waits
   * @throws ClosedException if this, the attachment or the broker is closed
   */
  public Lease use() {
    Lease lease = kept;
    return lease != null && lease.tryUse() ? lease : renew();
  }

  private Lease renew() {
    if (closed) {
      throw new ClosedException(this + " is closed");
    }
    Lease lease = lease(attachment.map(access));
    Lease before = kept;
    kept = lease;
    if (before != null) {
      before.close(); // Another thread may have renewed it, too.
    }
    if (closed) {
      lease.close();
    }
    return lease;
  }

  private Lease lease(Mapping mapping) {
    try {
      return mapping.lease(holder, listener);
    } catch (VirtualMachineError e) {
      mapping.close();
      throw e;
    }
  }

  /**
   * Gives the mapping back: no use begins any more. Uses that go on keep the memory until they end.
   * Never blocks; a second call does nothing.
   */
  @Override
  public void close() {
    closed = true;
    Lease lease = kept;
    if (lease != null) {
      lease.close();
    }
  }

  @Override
  public String toString() {
    return "what " + holder + " keeps of " + attachment + " with " + access;
  }
}
