package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A timeline of the kernel's software fences (drivers/dma-buf/sw_sync.c), which a test signals by
 * hand. It is a counter that starts at 0; a fence signals once the counter has reached the fence's
 * value. Two fences of one value on one timeline are the same fence to the kernel. Thread-safe.
 */
public final class SwSync implements AutoCloseable {

  private static final Path NODE = Path.of("/sys/kernel/debug/sync/sw_sync");

  /** What an open fence ends with when its timeline is closed: ENOENT. */
  public static final int ERRNO_OF_CLOSED_TIMELINE = Errno.ENOENT.code();

  /** struct sw_sync_create_fence_data: u32 value; char name[32]; s32 fence. */
  private static final int CREATE_FENCE_BYTES = 40;

  private static final int CREATED_FENCE = 36;

  private static final int WRITE = 1;
  private static final int READ_WRITE = 3;
  private static final long SW_SYNC_IOC_CREATE_FENCE =
      Ioctl.number(READ_WRITE, 'W', 0, CREATE_FENCE_BYTES);
  private static final long SW_SYNC_IOC_INC = Ioctl.number(WRITE, 'W', 1, Integer.BYTES);

  /** struct dma_buf_import_sync_file: u32 flags; s32 fd; since kernel 6.0. */
  private static final long DMA_BUF_IOCTL_IMPORT_SYNC_FILE = Ioctl.number(WRITE, 'b', 3, 8);

  private final Fd timeline;

  private SwSync(Fd timeline) {
    this.timeline = timeline;
  }

  /** A new timeline; empty where the kernel offers none, or not to this user. */
  public static Optional<SwSync> open() {
    if (NativeAccess.problem().isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new SwSync(Fd.open(NODE, LibC.O_RDWR)));
    } catch (Fd.OpenFailure e) {
      return Optional.empty();
    }
  }

  /** A new timeline; skips the test where there is none. */
  public static SwSync require() {
    return open()
        .orElseGet(
            () ->
                Assumptions.abort(
                    "needs "
                        + NODE
                        + " (CONFIG_SW_SYNC, debugfs, root); run"
                        + " samples/kernel-lab/test"));
  }

  /** A new sync file, close-on-exec, the caller's, that signals at this value of the counter. */
  public int fence(int value) {
    byte[] request = new byte[CREATE_FENCE_BYTES];
    view(request).putInt(0, value);
    done(
        "SW_SYNC_IOC_CREATE_FENCE",
        LibC.calls().ioctl(timeline.lend(), SW_SYNC_IOC_CREATE_FENCE, request));
    return view(request).getInt(CREATED_FENCE);
  }

  /** Adds to the counter. */
  public void advance(int by) {
    byte[] request = new byte[Integer.BYTES];
    view(request).putInt(0, by);
    done("SW_SYNC_IOC_INC", LibC.calls().ioctl(timeline.lend(), SW_SYNC_IOC_INC, request));
  }

  /** Fails all fences that have not signalled, see {@link #ERRNO_OF_CLOSED_TIMELINE}. */
  @Override
  public void close() {
    timeline.close();
  }

  /**
   * One sync file of two, which are still the caller's.
   *
   * @return the new one, the caller's
   */
  public static int merge(int fence, int other) {
    // struct sync_merge_data: char name[32]; s32 fd2, fence; u32 flags, pad; linux/sync_file.h.
    byte[] request = new byte[48];
    view(request).putInt(32, other);
    done(
        "SYNC_IOC_MERGE", LibC.calls().ioctl(fence, Ioctl.number(READ_WRITE, '>', 3, 48), request));
    return view(request).getInt(36);
  }

  /**
   * Puts a fence on a dma-buf, as a driver does that works on it; the sync file is still the
   * caller's. Skips the test where the kernel does not do that.
   *
   * @param writes whether it stands for a write
   */
  public static void putOn(int dmaBuf, int fence, boolean writes) {
    byte[] request = new byte[8];
    view(request)
        .putInt(0, writes ? Ioctl.DMA_BUF_SYNC_WRITE : Ioctl.DMA_BUF_SYNC_READ)
        .putInt(4, fence);
    int answer = LibC.calls().ioctl(dmaBuf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, request);
    Assumptions.assumeFalse(
        answer != 0 && Errno.last().equals(Errno.ENOTTY),
        "needs DMA_BUF_IOCTL_IMPORT_SYNC_FILE (kernel 6.0); run samples/kernel-lab/test");
    done("DMA_BUF_IOCTL_IMPORT_SYNC_FILE", answer);
  }

  private static ByteBuffer view(byte[] struct) {
    return ByteBuffer.wrap(struct).order(ByteOrder.nativeOrder());
  }

  private static void done(String what, int answer) {
    assertEquals(0, answer, () -> what + ": " + Errno.last());
  }
}
