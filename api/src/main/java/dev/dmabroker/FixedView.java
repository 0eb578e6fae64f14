package dev.dmabroker;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import java.time.Duration;

/**
 * A CPU view that keeps its address while the buffer moves, for native code that is given a pointer
 * once. Each use of the memory lies between {@link #begin} and {@link Use#close}: a map, and the
 * CPU's access as in a {@link CpuView}. After a move the next use finds the new memory behind the
 * addresses of the uses before.
 *
 * <pre>{@code
 * try (Broker broker = Broker.builder().heaps(Heaps.modelledStandIns()).build()) {
 *   SharedBuffer buffer = broker.export(ImageSpec.of(640, 480, PixelFormat.NV12));
 *   Device viewer = broker.register("viewer", Constraints.builder().cpuReach().build());
 *   try (FixedView view = buffer.attach(viewer).fixedView(1 << 20)) {
 *     for (int frame = 0; frame < 60; frame++) {
 *       try (FixedView.Use use = view.begin(Access.READ)) {
 *         byte first = use.bytes().get(0); // has one address in all uses
 *       }
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p><b>Between uses an access never faults, and means nothing.</b> The addresses show the memory
 * that they showed last until the broker gives it back, after a move, an eviction or the buffer's
 * end; from then on they show zero pages of this process, and what is written there reaches no
 * buffer. Until then a write reaches the buffer's memory without the broker's knowledge. A fault is
 * possible only where an exporter takes pages out of its memory, as for each CPU view.
 *
 * <p>The layout may change with a move, and native code has to be told then: look at {@link
 * Use#generation} at each use. The addresses are given back once this view is closed and no
 * ByteBuffer of it is reachable; a view that is lost without being closed keeps them for as long as
 * it shows the buffer's memory. Native code that keeps the bare pointer needs the view open, or a
 * ByteBuffer kept, for example by a global reference of JNI.
 *
 * <p>Between uses the view holds up nothing: no move, no evacuation and no eviction. Memory has to
 * have a descriptor that can be mapped, and ordinary pages. The application's own memory ({@link
 * Broker#adopt}) and huge pages cannot be shown at given addresses. Thread-safe. Not for
 * implementation outside the broker.
 */
public interface FixedView extends AutoCloseable {

  /**
   * One use of the memory: a CPU view, and what there is to know of the memory. It holds the memory
   * in place like a {@link Mapping}. Its ByteBuffers may be kept, see {@link FixedView}; they begin
   * at one address in all uses. Any thread may close it.
   */
  interface Use extends CpuView {
    /** {@return how the contents lie in the memory now} */
    Layout layout();

    /** {@return the number of the buffer's place, which changes with each move} */
    long generation();

    /**
     * Ends the CPU's access, and then the mapping. A second call does nothing, and returns once the
     * use has ended.
     *
     * @throws CpuAccessException as {@link CpuView#close} throws it; the use has ended nevertheless
     */
    @Override
    void close();
  }

  /**
   * Begins a use with the broker's default timeout; see {@link #begin(Access, Duration)}.
   *
   * @param access what the use is for
   * @return the use, which the caller closes
   */
  Use begin(Access access);

  /**
   * Begins a use. Maps first, and may block and throw as {@link Attachment#map(Access, Duration)}
   * does; then begins the CPU's access, and may block as {@link MappedMemory#cpuView} does. The
   * first use reserves the addresses. If the buffer has other memory than at the last use, this
   * maps it into the process, which takes time in proportion to its size. Several uses may go on at
   * a time.
   *
   * @param access what the use is for
   * @param timeout how long to wait for the mapping at most; positive
   * @return the use, which the caller closes
   * @throws BusyException if earlier uses go on in memory that the buffer has left meanwhile; the
   *     addresses can show the new memory once they have ended
   * @throws CpuAccessException if the memory cannot be shown at the addresses, or is longer than
   *     they are, or if the kernel refuses
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
   * @throws ClosedException if this view, the attachment or the broker is closed
   * @throws IllegalArgumentException unless the timeout is positive
   * @throws InternalError if memory was gone when this thread last used a ByteBuffer, and the JVM
   *     has not told yet; nothing is begun then
   */
  Use begin(Access access, Duration timeout);

  /**
   * Lets go of the memory: no use begins any more, and once the uses that go on have ended, the
   * addresses show zeros. Never waits for a use; a second call does nothing.
   */
  @Override
  void close();
}
