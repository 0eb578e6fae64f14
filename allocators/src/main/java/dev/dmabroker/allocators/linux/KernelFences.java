package dev.dmabroker.allocators.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Waits for sync files, and for dma-bufs in the place of one: a dma-buf polls readable once the
 * fences of its writers have signalled, and before kernel 6.0 gives out no sync file of them (see
 * {@link ImplicitFences}). A dma-buf does not tell whether the work failed.
 */
final class KernelFences implements FenceKind {

  /** The offset of the status in struct sync_file_info, linux/sync_file.h. */
  private static final int STATUS = 32;

  private static final int NUM_FENCES = 40;
  private static final int INFOS = 48;

  /** The offset of the status in struct sync_fence_info. */
  private static final int FENCE_STATUS = 64;

  /** The fences that the first question has room for; most files have one. */
  private static final int USUAL_FENCES = 4;

  @Override
  public void check(int fd) throws HeapException {
    if (ask(fd, new byte[Ioctl.SYNC_FILE_INFO_BYTES])) {
      return;
    }
    Errno errno = Errno.last();
    if (!DmaBufs.isDmaBuf(fd)) {
      throw new HeapException(
          Kind.FAILED,
          "descriptor "
              + fd
              + " ("
              + target(fd)
              + ") is no fence: expected a sync file, as drivers give out for their work, or a"
              + " dma-buf, but SYNC_IOC_FILE_INFO failed: "
              + errno);
    }
  }

  /** {@inheritDoc} One call to the kernel, unless the file has more fences than usual. */
  @Override
  public int outcome(int fd) {
    OptionalInt errno = firstErrno(fd, USUAL_FENCES);
    if (errno.isPresent()) {
      return errno.getAsInt();
    }
    byte[] answer = new byte[Ioctl.SYNC_FILE_INFO_BYTES];
    if (!ask(fd, answer)) {
      return DmaBufs.isDmaBuf(fd) ? 0 : NO_FENCE;
    }
    ByteBuffer info = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
    int fences = info.getInt(NUM_FENCES);
    return firstErrno(fd, Math.max(1, fences)).orElse(Math.max(0, -info.getInt(STATUS)));
  }

  /**
   * The error of the first fence that failed, 0 if none did; empty if the file has more fences than
   * there is room for, or is no sync file. Each fence of the file is asked, because the file's own
   * status leaves errors out in older kernels, and in any kernel if the file stands for a chain.
   */
  private static OptionalInt firstErrno(int fd, int room) {
    try (Memory infos = new Memory((long) room * Ioctl.SYNC_FENCE_INFO_BYTES)) {
      infos.clear();
      byte[] answer = new byte[Ioctl.SYNC_FILE_INFO_BYTES];
      ByteBuffer info = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
      info.putInt(NUM_FENCES, room).putLong(INFOS, Pointer.nativeValue(infos));
      if (!ask(fd, answer)) {
        return OptionalInt.empty();
      }
      int fences = Math.min(room, info.getInt(NUM_FENCES));
      for (int at = 0; at < fences; at++) {
        int status = infos.getInt((long) at * Ioctl.SYNC_FENCE_INFO_BYTES + FENCE_STATUS);
        if (status < 0) {
          return OptionalInt.of(-status);
        }
      }
      return OptionalInt.of(Math.max(0, -info.getInt(STATUS)));
    }
  }

  private static boolean ask(int fd, byte[] info) {
    while (LibC.calls().ioctl(fd, Ioctl.SYNC_IOC_FILE_INFO, info) != 0) {
      if (!Errno.last().equals(Errno.EINTR)) {
        return false;
      }
    }
    return true;
  }

  /** The file behind a descriptor, for errors. */
  private static String target(int fd) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
    } catch (IOException | UnsupportedOperationException e) {
      return "not open, or /proc is not there";
    }
  }
}
