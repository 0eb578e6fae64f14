package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.UserBacking;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapTraits;
import java.nio.ByteBuffer;

/**
 * Memory of the application, for example a direct ByteBuffer or a mapped file, for {@link
 * dev.dmabroker.Broker#adopt}.
 *
 * <p>The memory is no dma-buf and has no descriptor. It suits devices that are {@linkplain
 * dev.dmabroker.spec.ConstraintsBuilder#cpuOnly the CPU alone}: code of the application, and
 * drivers that take user pointers (V4L2_MEMORY_USERPTR), which get the address of {@link
 * dev.dmabroker.CpuView#bytes}. Its alignment is the alignment of its address, so a device with a
 * driver that needs whole pages or cache lines has to ask for that.
 *
 * <p>For a device that the memory does not suit, the broker copies the contents into a heap.
 * <b>From then on the application's memory is no longer the buffer's</b>: it keeps the contents of
 * that moment, devices do not see what the application writes to it, and it does not get what
 * devices write. An application that wants results in its memory maps the buffer and copies them.
 * Alternatively the memory {@linkplain #staying stays}, and the application tells a {@linkplain
 * dev.dmabroker.Broker#shadow shadow} when to copy in either direction.
 *
 * <p>The ByteBuffer is kept reachable for as long as the buffer lies in it, and by every view of
 * it, so that no access faults. If a mapped file is cut short, an access throws {@link
 * InternalError}, as with any mapped ByteBuffer. The broker cannot tell whether a ByteBuffer is
 * adopted twice; the application has to prevent that. Thread-safe.
 */
public final class UserMemory implements ForeignMemory {
  private static final String NAME = "user-memory";

  private final ByteBuffer memory;
  private final boolean movable;

  private UserMemory(ByteBuffer memory, boolean movable) {
    this.memory = memory;
    this.movable = movable;
  }

  /**
   * Takes the part of a ByteBuffer from its position to its limit as they are now. The buffer may
   * leave it for a device that it does not suit.
   *
   * @param memory the ByteBuffer, which has to be direct
   * @return the memory to adopt
   * @throws IllegalArgumentException if the ByteBuffer is not direct, is read-only, or nothing
   *     remains
   */
  public static UserMemory of(ByteBuffer memory) {
    return of(memory, /* movable= */ true);
  }

  /**
   * Takes a part of a ByteBuffer as {@link #of} does. The buffer never leaves it: devices that it
   * does not suit are refused.
   *
   * @param memory the ByteBuffer, which has to be direct
   * @return the memory to adopt
   * @throws IllegalArgumentException if the ByteBuffer is not direct, is read-only, or nothing
   *     remains
   */
  public static UserMemory staying(ByteBuffer memory) {
    return of(memory, /* movable= */ false);
  }

  private static UserMemory of(ByteBuffer memory, boolean movable) {
    if (!memory.isDirect()) {
      throw new IllegalArgumentException(
          "a ByteBuffer in the Java heap has no fixed address; use ByteBuffer.allocateDirect or a"
              + " mapped file");
    }
    if (memory.isReadOnly()) {
      throw new IllegalArgumentException(
          "a read-only ByteBuffer cannot be a buffer that devices write to; adopt a writable one");
    }
    if (!memory.hasRemaining()) {
      throw new IllegalArgumentException("nothing remains of " + memory + "; is it flipped?");
    }
    return new UserMemory(memory.slice(), movable);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String type() {
    return "user";
  }

  @Override
  public HeapTraits traits() {
    return UserBacking.traits(memory);
  }

  @Override
  public boolean movable() {
    return movable;
  }

  @Override
  public Backing open() {
    return new UserBacking(memory);
  }

  @Override
  public String toString() {
    return memory.capacity() + " bytes of user memory";
  }
}
