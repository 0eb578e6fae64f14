package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is made of when a sync file signalled, as the kernel says; {@link SwSyncPollerTest} asks a
 * real one.
 */
class FenceTimesTest {
  private static final int FD = 1_000_000;

  /** A fence of the file, as linux/sync_file.h has it. */
  private record Fence(int status, long nanos) {}

  @BeforeEach
  void systemCalls() {
    Assumptions.assumeTrue(NativeAccess.problem().isEmpty(), "needs Linux's system calls");
  }

  private static OptionalLong signalled(Fence... fences) {
    try (ScriptedKernel unused =
        new ScriptedKernel(
            call ->
                call.isRequest(Ioctl.SYNC_IOC_FILE_INFO)
                    ? answer(call.bytes(2), List.of(fences))
                    : null)) {
      return new KernelFences().signalledNanos(FD);
    }
  }

  private static Number answer(byte[] request, List<Fence> fences) {
    ByteBuffer info = ByteBuffer.wrap(request).order(ByteOrder.nativeOrder());
    long array = info.getLong(48);
    if (array == 0) {
      info.putInt(40, fences.size());
      return 0;
    }
    for (int i = 0; i < info.getInt(40); i++) {
      Pointer fence = new Pointer(array + (long) i * Ioctl.SYNC_FENCE_INFO_BYTES);
      fence.setInt(64, fences.get(i).status());
      fence.setLong(72, fences.get(i).nanos());
    }
    return 0;
  }

  private static OptionalLong at(long nanos) {
    return OptionalLong.of(nanos + MonotonicOffset.NANOS);
  }

  @Test
  void aFileSignalsWithItsLastFence() {
    assertEquals(at(100), signalled(new Fence(1, 100)));
    assertEquals(at(300), signalled(new Fence(1, 100), new Fence(-5, 300), new Fence(1, 200)));
  }

  @Test
  void aFileWithAFenceThatHasNotSignalledHasNoTime() {
    assertEquals(OptionalLong.empty(), signalled(new Fence(1, 100), new Fence(0, 0)));
  }

  @Test
  void whatIsNotToldIsNotKnown() {
    assertEquals(OptionalLong.empty(), signalled());
    assertEquals(OptionalLong.empty(), signalled(new Fence(1, 0)));
    try (ScriptedKernel unused =
        new ScriptedKernel(
            call ->
                call.isRequest(Ioctl.SYNC_IOC_FILE_INFO)
                    ? ScriptedKernel.failure(Errno.ENOTTY)
                    : null)) {
      assertEquals(OptionalLong.empty(), new KernelFences().signalledNanos(FD));
    }
  }
}
