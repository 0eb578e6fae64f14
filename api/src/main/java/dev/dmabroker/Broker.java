package dev.dmabroker;

import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.CheckReturnValue;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import java.util.Collection;
import java.util.List;

/**
 * Exports buffers that have no memory until a device maps them, places them where every attached
 * device reaches them, and moves them when a device attaches that cannot reach their place.
 * Thread-safe. Not for implementation outside the library.
 */
public interface Broker extends AutoCloseable {

  /** {@return a builder with the defaults, for a new broker} */
  @CheckReturnValue
  static BrokerBuilder builder() {
    return new BrokerBuilder();
  }

  /**
   * Registers a device that reads and writes, and whose longest hold is the broker's default.
   *
   * @param name the device's name, unique among the broker's registered devices
   * @param constraints what the device needs
   * @return the device
   * @throws DuplicateNameException if a registered device has the name
   * @throws IllegalArgumentException if the name is blank
   * @throws ClosedException if the broker is closed
   */
  default Device register(String name, Constraints constraints) {
    return register(DeviceSpec.builder(name).constraints(constraints).build());
  }

  /**
   * Registers a device, so that it can attach to buffers. A {@linkplain DeviceSpec#probe probe}
   * asks the real device meanwhile. Names of heaps that do not exist are logged as a warning.
   *
   * @param spec what the device needs, and how it behaves
   * @return the device
   * @throws DuplicateNameException if a registered device has the name
   * @throws ClosedException if the broker is closed
   */
  Device register(DeviceSpec spec);

  /**
   * Makes a buffer without memory, named {@code buffer-N}. Does not block.
   *
   * @param spec what the buffer holds
   * @return the buffer
   * @throws IllegalArgumentException if the size of the spec's tightest layout overflows
   * @throws ClosedException if the broker is closed
   */
  SharedBuffer export(BufferSpec spec);

  /**
   * Makes a buffer without memory. The name appears in errors and events and need not be unique.
   * Does not block.
   *
   * @param name the buffer's name, which need not be unique
   * @param spec what the buffer holds
   * @return the buffer
   * @throws IllegalArgumentException if the name is blank, or if the size of the spec's tightest
   *     layout overflows
   * @throws ClosedException if the broker is closed
   */
  SharedBuffer export(String name, BufferSpec spec);

  /**
   * Makes a buffer without memory that counts against the budgets of a device and its group. The
   * size of the spec's tightest layout is reserved now. What the buffer needs beyond that is
   * reserved when it is allocated. The contents are always for the device's {@linkplain
   * DeviceSpec.Builder#group group}, so the buffer does not move when devices of that group leave
   * it; a buffer without an owner is for the devices that have no group.
   *
   * @param name the buffer's name, which need not be unique
   * @param spec what the buffer holds
   * @param owner a device of this broker
   * @return the buffer
   * @throws BudgetExceededException if a budget does not suffice; nothing is exported then
   * @throws IllegalArgumentException if the device belongs to another broker, if the name is blank,
   *     if the tightest layout's size overflows, or if a {@linkplain BrokerBuilder#budget budget}
   *     is probably mistyped
   * @throws ClosedException if the device or the broker is closed
   */
  SharedBuffer export(String name, BufferSpec spec, Device owner);

  /**
   * Makes buffers without memory that an application uses in turn, as for a video stream, named
   * {@code name-1} and so on: all of them, or none. If they have to move, they do so one after the
   * other, each while it is idle if there is such a moment, so that the others stay in use.
   *
   * @param name what the names of the buffers begin with
   * @param spec what each buffer holds
   * @param count 1 to 1,024, as many as a process may have descriptors unless it asks for more
   * @return the buffers, in the order of their numbers
   * @throws IllegalArgumentException if the count is less or more, if the name is blank, or if the
   *     size of the spec's tightest layout overflows
   * @throws ClosedException if the broker is closed
   */
  List<SharedBuffer> exportSet(String name, BufferSpec spec, int count);

  /**
   * Makes a stream of buffers that go round between a producer and consumers. It has no buffers
   * until it is {@linkplain BufferStream#start started}.
   *
   * @param spec what the buffers hold, and how many there may be
   * @return the stream, which does not run yet
   * @throws UndeclaredAccessException if the producer did not declare that it writes
   * @throws IllegalArgumentException if the producer or a dispensable consumer belongs to another
   *     broker
   * @throws ClosedException if the producer or the broker is closed
   */
  BufferStream stream(StreamSpec spec);

  /**
   * Makes a buffer of memory that exists already, with its contents, laid out as the spec's
   * tightest layout; see {@link #adopt(String, BufferSpec, Layout, ForeignMemory)}.
   *
   * @param name the buffer's name, which need not be unique
   * @param spec what the buffer holds
   * @param memory the memory to adopt
   * @return the buffer
   */
  default SharedBuffer adopt(String name, BufferSpec spec, ForeignMemory memory) {
    return adopt(name, spec, spec.layout(), memory);
  }

  /**
   * Makes a buffer of memory that exists already, with its contents: memory of the application, or
   * a dma-buf that another exporter made. The buffer is resident from the start. {@link
   * ForeignMemory#movable} says what happens when a device attaches that the memory does not suit:
   *
   * <ul>
   *   <li>If the memory is movable, the broker copies the contents into a heap that suits, as it
   *       does for any buffer. From then on the memory is no longer the buffer's: the memory keeps
   *       the contents of that moment, and the broker never writes to it again.
   *   <li>Otherwise the buffer stays, as if it were pinned for good: attaching throws {@link
   *       PinnedException}, and so do {@link SharedBuffer#evacuate} and {@link
   *       SharedBuffer#tryEvacuate}. A {@link #shadow} serves the device.
   * </ul>
   *
   * <p>The memory's traits decide which devices it suits; an unknown trait counts as no. If the
   * memory stays and its traits alone do not suit a device that has a {@linkplain DeviceSpec#probe
   * probe}, the broker asks the probe when the device attaches, in the attaching thread. Memory
   * that the device takes suits it. Adopted memory is not in the broker's list of heaps, and it
   * counts against no budget.
   *
   * @param name the buffer's name, which need not be unique
   * @param spec what the buffer holds
   * @param layout how the contents lie in the memory; a picture may be coded larger than the spec
   * @param memory released when the buffer ends, when it moves, and if this call throws
   * @return the buffer
   * @throws AllocationException if the memory cannot be opened, or is smaller than the layout
   * @throws DuplicateMemoryException if a buffer of this broker has the memory already
   * @throws DuplicateNameException if a heap has the memory's name
   * @throws IllegalArgumentException if the layout does not hold exactly what the spec says
   * @throws ClosedException if the broker is closed
   */
  SharedBuffer adopt(String name, BufferSpec spec, Layout layout, ForeignMemory memory);

  /**
   * Makes a second buffer for the contents of a buffer that stays where it is, for devices that the
   * original's memory does not suit. The contents of the two buffers agree only as far as the
   * application tells the shadow to copy.
   *
   * @param original a buffer that this broker adopted in memory that is not movable
   * @return the shadow
   * @throws PinnedException if only devices reach the original's memory, so that it cannot be
   *     copied
   * @throws UnsatisfiableException if the broker has no heap that the CPU reaches
   * @throws IllegalArgumentException if the original moves by itself, or belongs to another broker
   * @throws ClosedException if the original or the broker is closed
   */
  Shadow shadow(SharedBuffer original);

  /**
   * Says where a buffer would be placed for these devices, and why not elsewhere. Allocates
   * nothing; a heap that is full now is still listed. The counts of buffers that the devices
   * declare have to agree here, as for a pool, and all buffers together have to fit into the heap
   * and into the budgets of one of the devices. A device may attach to a single buffer anyway.
   *
   * @param spec what the buffer would hold
   * @param devices the devices that would attach
   * @return the plan
   * @throws SearchLimitException if alternatives and preferences have too many combinations
   * @throws IllegalArgumentException if a device belongs to another broker, or the size overflows
   * @throws ClosedException if a device or the broker is closed
   */
  Plan plan(BufferSpec spec, Collection<Device> devices);

  /**
   * Asks the heap providers again: new heaps join, as if they had been there from the start, and
   * heaps that are gone take no more buffers; no buffer moves because of that alone. Devices with a
   * {@linkplain DeviceSpec#probe probe} try new heaps. Any thread may call this, at any time, but a
   * provider or a probe. Blocks as long as they take, and while another thread rescans.
   *
   * @return what has changed; listeners are told of it, unless that is nothing
   * @throws IllegalStateException if a provider or a probe calls this
   * @throws WaitInterruptedException if the thread is interrupted while another thread rescans
   * @throws ClosedException if the broker is closed
   */
  HeapsChanged rescan();

  /** {@return the state of the broker now} Other threads go on while the broker collects it. */
  BrokerSnapshot snapshot();

  /**
   * Tells the listener every event from now on, on a thread of its own.
   *
   * @param listener the listener
   * @return the subscription, which ends the listening when it is closed
   */
  default Subscription listen(BrokerListener listener) {
    return listen(listener, Delivery.QUEUED);
  }

  /**
   * Tells the listener every event from now on, on the thread that {@code delivery} names.
   *
   * @param listener the listener
   * @param delivery on which thread the listener is told
   * @return the subscription, for a listener that ends before the broker does
   */
  Subscription listen(BrokerListener listener, Delivery delivery);

  /**
   * Closes the broker: it refuses new work, ends every wait with {@link ClosedException}, blocks
   * until the open mappings are closed and the heaps have all memory back, at most for the close
   * timeout. A second call does nothing.
   *
   * @throws OutstandingMappingsException if mappings are still open at the deadline, whose memory
   *     is given back when they are closed, or if a heap is still taking memory back; the text
   *     names them
   * @throws WaitInterruptedException if the thread is interrupted while it waits; memory is then
   *     given back as mappings close, as after the deadline
   */
  @Override
  void close();
}
