package dev.dmabroker.devices;

import dev.dmabroker.Attachment;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one direction of a device, all of them a broker's, which the driver imports.
 *
 * <p>QBUF is a map and DQBUF an unmap. The device has a buffer as long as it has the {@link Loan}:
 * {@link #queue} takes that over, and whatever gives the buffer back closes it, be it {@link
 * #dequeue}, {@link #stop}, {@link #close} or the driver's refusal. So no way leads out of here
 * that leaves a mapping behind.
 *
 * <p>Thread-safe. {@code stop} and {@code close} wake a {@code dequeue} that waits. Loans are
 * closed, and user code is called, without a lock.
 *
 * <p>The driver keeps a dma-buf attached to its index after it gave the buffer back, and also after
 * {@code stop}: until another dma-buf is queued at that index, or the queue is closed. A frame is
 * therefore queued where its memory was last, if that is free.
 *
 * @param <T> what the caller knows a buffer by
 */
public final class V4l2Queue<T> implements OpenQueue {
  private final V4l2Ring ring;
  private final int wanted;
  private final Function<? super T, ?> memory;
  private final Object lock = new Object();
  // Guarded by the lock.
  private List<Slot> slots;
  private final Map<Integer, Queued<T>> queued = new LinkedHashMap<>(); // In the order of queueing.
  private long uses;
  private boolean streaming;
  private boolean closed;

  /** An index of the driver's. */
  private static final class Slot {
    final int index;
    @Nullable Object last;
    long lastUse;

    /**
     * After an import that failed videobuf2 keeps a length of 0 at the index, and so refuses what
     * an output queues there with EINVAL (seen in 6.1).
     */
    boolean spoilt;

    Slot(int index) {
      this.index = index;
    }
  }

  private record Queued<T>(T frame, List<Loan> loans) {
    void end() {
      loans.forEach(Loan::close);
    }
  }

  /**
   * A frame that the driver gave back.
   *
   * @param frame as it was queued
   * @param buffer what the driver says of it
   */
  public record Done<T>(T frame, V4l2Buffer buffer) {}

  V4l2Queue(V4l2Ring ring, int wanted, Function<? super T, ?> memory) {
    this.ring = ring;
    this.wanted = wanted;
    this.memory = memory;
    this.slots = slots(ring.count());
  }

  private static List<Slot> slots(int count) {
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      slots.add(new Slot(i));
    }
    return slots;
  }

  /**
   * {@return how many buffers the driver granted, which may be more or fewer than were wished for}
   */
  public int count() {
    synchronized (lock) {
      return slots.size();
    }
  }

  /** {@return how many buffers the driver has now} */
  public int queuedCount() {
    synchronized (lock) {
      return queued.size();
    }
  }

  /**
   * {@return whether the driver works at a buffer at this moment: it streams, has buffers, and is
   * done with none of them} Then it does not lack the buffer that is queued next.
   */
  public boolean isBusy() {
    synchronized (lock) {
      return streaming && !queued.isEmpty() && !ring.await(System.nanoTime());
    }
  }

  /** {@return what a frame needs: its size, its format and its buffers} */
  public V4l2Format format() {
    return ring.format();
  }

  /**
   * Maps a buffer for the device and gives it to the driver; waits as {@link Attachment#map} does.
   *
   * @param frame what the caller knows the frame by
   * @param planes the device's attachments to the buffers of the frame, one for each of the
   *     format's planes
   * @throws dev.dmabroker.BrokerException as {@link Attachment#map} throws
   * @throws DeviceException as {@link #queue(Object, Mapping...)}
   * @throws IllegalStateException as {@link #queue(Object, Mapping...)}
   */
  public void queue(T frame, Attachment... planes) {
    List<Mapping> mappings = new ArrayList<>();
    try {
      for (Attachment plane : planes) {
        mappings.add(plane.map(ring.direction().access()));
      }
    } catch (Throwable t) {
      mappings.forEach(Mapping::close);
      throw t;
    }
    queue(frame, mappings.toArray(Mapping[]::new));
  }

  /**
   * Gives a buffer to the driver, and with it the mappings, also if this throws: they are closed
   * then. An output's contents are whole frames.
   *
   * @param frame what the caller knows the frame by
   * @param planes one for each of the format's planes
   * @throws DeviceException with EFAULT if the device cannot reach the memory, EINVAL if it is too
   *     small or no dma-buf, ENODEV if the device is gone
   * @throws IllegalArgumentException if the format has more planes, or fewer
   * @throws IllegalStateException if the queue is closed, or all its buffers are queued
   */
  public void queue(T frame, Mapping... planes) {
    give(
        new Queued<>(frame, Arrays.stream(planes).map(Loan::of).toList()),
        0,
        ring.format().planes().stream().mapToInt(V4l2Format.Plane::sizeBytes).toArray());
  }

  /**
   * As {@link #queue(Object, Mapping...)} for what lies in one plane: for contents of any length,
   * such as a codec's, and for memory to memory.
   *
   * @param frame what the caller knows the frame by
   * @param timestampNanos what a memory-to-memory device hands on to its result, in whole
   *     microseconds
   * @param bytesUsed bytes of contents of an output; a capture ignores it
   * @param loan the memory, which the queue closes
   */
  public void queue(T frame, long timestampNanos, int bytesUsed, Loan loan) {
    give(new Queued<>(frame, List.of(loan)), timestampNanos, bytesUsed);
  }

  private void give(Queued<T> giving, long timestampNanos, int... bytesUsed) {
    try {
      if (giving.loans().size() != ring.format().planes().size()) {
        throw new IllegalArgumentException(
            "%s takes frames in %d planes (%s), not %d"
                .formatted(
                    this, ring.format().planes().size(), ring.format(), giving.loans().size()));
      }
      List<V4l2Ring.Plane> contents = new ArrayList<>();
      for (int i = 0; i < bytesUsed.length; i++) {
        MappedMemory lent = giving.loans().get(i).memory();
        int lengthBytes = Math.toIntExact(lent.sizeBytes());
        contents.add(new V4l2Ring.Plane(lent.fd(), bytesUsed[i], lengthBytes));
      }
      synchronized (lock) {
        checkOpen();
        Slot slot = choose(giving.frame());
        slot.last = memory.apply(giving.frame());
        slot.lastUse = ++uses;
        slot.spoilt = true;
        ring.queue(slot.index, timestampNanos, contents);
        slot.spoilt = false;
        queued.put(slot.index, giving);
      }
    } catch (Throwable t) {
      giving.end();
      throw t;
    }
  }

  /** Of those that are free: not spoilt, where the memory was last, longest not used. */
  private Slot choose(T frame) {
    Object key = memory.apply(frame);
    return slots.stream()
        .filter(slot -> !queued.containsKey(slot.index))
        .min(
            Comparator.<Slot, Boolean>comparing(slot -> slot.spoilt)
                .thenComparing(slot -> !Objects.equals(slot.last, key))
                .thenComparing(slot -> slot.lastUse))
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "%s has all of its %d buffers queued".formatted(this, slots.size())));
  }

  /**
   * Starts streaming; buffers may be queued before or after.
   *
   * @throws DeviceException if the driver cannot start
   * @throws IllegalStateException if the queue is closed
   */
  public void start() {
    synchronized (lock) {
      checkOpen();
      ring.streamOn();
      streaming = true;
    }
  }

  /**
   * As {@link #dequeue(Duration, Consumer)}, without a look at the contents before they are
   * unmapped.
   *
   * @param timeout how long to wait at most
   * @return the buffer that the driver is done with; empty if the time passed
   */
  public Optional<Done<T>> dequeue(Duration timeout) {
    return dequeue(timeout, done -> {});
  }

  /**
   * Takes back the next buffer that the driver is done with, and unmaps it; waits for one.
   *
   * @param timeout how long to wait; zero looks and returns, which takes one system call
   * @param beforeUnmap is shown the frame while it still cannot move, and may end the loan in its
   *     own way; what it throws is thrown on after the buffer has been unmapped
   * @return empty if the time passed
   * @throws DeviceException with EIO if the device failed, ENODEV if it is gone, EPIPE after the
   *     last frame of a codec
   * @throws IllegalStateException if the queue is not streaming, be it that another thread stopped
   *     it during the wait, or if nothing is queued, so that nothing could come back
   */
  public Optional<Done<T>> dequeue(Duration timeout, Consumer<? super Done<T>> beforeUnmap) {
    long deadline = Deadlines.after(timeout);
    boolean looks = timeout.isZero();
    while (true) {
      synchronized (lock) {
        checkStreaming();
        if (queued.isEmpty()) {
          throw new IllegalStateException(this + " has nothing queued to wait for");
        }
      }
      boolean ready = looks || ring.await(deadline);
      Optional<V4l2Buffer> buffer = Optional.empty();
      Queued<T> back = null;
      synchronized (lock) {
        checkStreaming(); // An error after a stop is no driver's fault.
        if (ready) {
          buffer = ring.tryDequeue();
          back = buffer.map(V4l2Buffer::index).map(queued::remove).orElse(null);
        }
      }
      if (buffer.isPresent() && back != null) {
        Done<T> done = new Done<>(back.frame(), buffer.get());
        try {
          beforeUnmap.accept(done);
        } finally {
          back.end();
        }
        return Optional.of(done);
      }
      if (!ready || looks) {
        return Optional.empty();
      }
    }
  }

  /**
   * Stops streaming, takes every buffer away from the driver and unmaps them. The queue can be
   * started again.
   *
   * @return the frames that were queued, in that order; empty on a second call
   * @throws DeviceException if the driver does not stop, or is gone; all is unmapped even so
   */
  public List<T> stop() {
    List<Queued<T>> back = new ArrayList<>();
    try {
      synchronized (lock) {
        takeAll(back);
        if (!closed) {
          ring.streamOff();
          replaceSpoilt();
        }
      }
    } finally {
      back.forEach(Queued::end);
    }
    return back.stream().map(Queued::frame).toList();
  }

  private void takeAll(List<Queued<T>> back) {
    streaming = false;
    back.addAll(queued.values());
    queued.clear();
  }

  /** New indices for those that a refusal has spoilt; only while the driver has nothing. */
  private void replaceSpoilt() {
    if (slots.stream().anyMatch(slot -> slot.spoilt)) {
      ring.request(0);
      ring.request(wanted);
      slots = slots(ring.count());
    }
  }

  /**
   * Stops, unmaps every buffer, and lets the driver forget every dma-buf. A second call does
   * nothing, and neither is it an error if the device is gone.
   *
   * @throws DeviceException if the driver does not let go; all is unmapped even so
   */
  @Override
  public void close() {
    List<Queued<T>> back = new ArrayList<>();
    try {
      synchronized (lock) {
        if (!closed) {
          closed = true;
          takeAll(back);
          ring.release();
        }
      }
    } finally {
      back.forEach(Queued::end);
    }
  }

  @Override
  public boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(this + " is closed");
    }
  }

  private void checkStreaming() {
    checkOpen();
    if (!streaming) {
      throw new IllegalStateException(this + " is not streaming");
    }
  }

  /** For errors: "the CAPTURE queue of /dev/video7". */
  @Override
  public String toString() {
    return ring.toString();
  }
}
