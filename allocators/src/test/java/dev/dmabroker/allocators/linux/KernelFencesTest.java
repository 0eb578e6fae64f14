package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sync file answers, played as the kernel's drivers/dma-buf/sync_file.c answers it. */
class KernelFencesTest {
  private static final int FD = 1_000_000;
  private static final int STATUS = 32;
  private static final int NUM_FENCES = 40;
  private static final int INFOS = 48;
  private static final int FENCE_STATUS = 64;

  private final KernelFences fences = new KernelFences();
  private int calls;

  /** The outcome of a file with so many fences, of which the last has this status. */
  private int outcome(int count, int lastStatus) {
    try (ScriptedKernel kernel =
        new ScriptedKernel(
            call -> {
              if (!call.isRequest(Ioctl.SYNC_IOC_FILE_INFO)) {
                return null;
              }
              calls++;
              return answer(ByteBuffer.wrap(call.bytes(2)), count, lastStatus);
            })) {
      return fences.outcome(FD);
    }
  }

  private static Number answer(ByteBuffer request, int count, int lastStatus) {
    ByteBuffer info = request.order(ByteOrder.nativeOrder());
    int room = info.getInt(NUM_FENCES);
    if (room != 0 && room < count) {
      return ScriptedKernel.failure(Errno.EINVAL);
    }
    if (room != 0) {
      Pointer infos = new Pointer(info.getLong(INFOS));
      for (int at = 0; at < count; at++) {
        infos.setInt(
            (long) at * Ioctl.SYNC_FENCE_INFO_BYTES + FENCE_STATUS,
            at == count - 1 ? lastStatus : 1);
      }
    }
    info.putInt(STATUS, 1).putInt(NUM_FENCES, count);
    return 0;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "1, -5, 5", "4, 1, 0", "4, -5, 5"})
  void theUsualFileIsAskedOnce(int count, int lastStatus, int outcome) {
    assertEquals(outcome, outcome(count, lastStatus));
    assertEquals(1, calls);
  }

  @ParameterizedTest
  @CsvSource({"5, 1, 0", "5, -5, 5", "300, -5, 5"})
  void aFileOfManyFencesIsAskedHowManyThereAre(int count, int lastStatus, int outcome) {
    assertEquals(outcome, outcome(count, lastStatus));
    assertEquals(3, calls);
  }

  @Test
  void whatIsNoSyncFileIsNoFence() {
    assertEquals(FenceKind.NO_FENCE, fences.outcome(FD));
  }
}
