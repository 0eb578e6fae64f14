package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.UserBacking;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.HeapTraits;
import java.nio.ByteBuffer;

/**
 * Memory of the application's own, such as a direct ByteBuffer or a mapped file, for {@link
 * dev.dmabroker.Broker#adopt}.
 *
 * <p>It is no dma-buf and has no descriptor. It suits whoever asks for memory that the CPU reaches,
 * and not for {@code deviceAccess()}: code of the application, and devices whose drivers take user
 * pointers (V4L2_MEMORY_USERPTR), which get the address of {@link dev.dmabroker.CpuView#bytes}. Its
 * alignment is that of its address, so a driver that wants whole pages or cache lines says so.
 *
 * <p>For a device that it does not suit the contents are copied into a heap. <b>From then on the
 * application's memory is not the buffer's any more</b>: it keeps what was in it at that moment,
 * devices do not see what is written to it, nor does it see what they write. Who wants results in
 * it maps the buffer and copies them. Or it {@linkplain #staying stays}, and a {@linkplain
 * dev.dmabroker.Broker#shadow shadow} is refreshed and written back when the application says.
 *
 * <p>The ByteBuffer is kept reachable for as long as the buffer lies in it, and by every view of
 * it, so that no access faults. Of a mapped file that is cut short, an access throws {@link
 * InternalError}, as with any mapped ByteBuffer. Nobody but the application sees to it that a
 * ByteBuffer is not adopted twice.
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
   * What remains of a ByteBuffer, from its position to its limit as they are now.
   *
   * @throws IllegalArgumentException if it is not direct, is read-only, or nothing remains
   */
  public static UserMemory of(ByteBuffer memory) {
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
    return new UserMemory(memory.slice(), /* movable= */ true);
  }

  /** The same memory, which the buffer never leaves: devices that it does not suit are refused. */
  public UserMemory staying() {
    return new UserMemory(memory, /* movable= */ false);
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
