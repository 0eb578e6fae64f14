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
import java.util.OptionalLong;

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

  /** The offset of the time at which the fence signalled, by CLOCK_MONOTONIC. */
  private static final int FENCE_NANOS = 72;

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

  @Override
  public int outcome(int fd) {
    byte[] answer = new byte[Ioctl.SYNC_FILE_INFO_BYTES];
    if (!ask(fd, answer)) {
      return DmaBufs.isDmaBuf(fd) ? 0 : NO_FENCE;
    }
    ByteBuffer info = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder());
    int errno = Math.max(0, -info.getInt(STATUS));
    int fences = info.getInt(NUM_FENCES);
    return errno != 0 || fences == 0 ? errno : firstErrno(fd, fences);
  }

  /**
   * The error of the first fence that failed. Each fence of the file is asked, because the file's
   * own status leaves errors out in older kernels, and in any kernel if the file stands for a
   * chain.
   */
  private static int firstErrno(int fd, int fences) {
    try (Memory infos = new Memory((long) fences * Ioctl.SYNC_FENCE_INFO_BYTES)) {
      if (!askEach(fd, fences, infos)) {
        return 0;
      }
      for (int at = 0; at < fences; at++) {
        int status = infos.getInt((long) at * Ioctl.SYNC_FENCE_INFO_BYTES + FENCE_STATUS);
        if (status < 0) {
          return -status;
        }
      }
      return 0;
    }
  }

  /** The time of the last fence of the file: the kernel's, which has no namespace. */
  @Override
  public OptionalLong signalledNanos(int fd) {
    byte[] answer = new byte[Ioctl.SYNC_FILE_INFO_BYTES];
    if (!ask(fd, answer)) {
      return OptionalLong.empty();
    }
    int fences = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder()).getInt(NUM_FENCES);
    if (fences == 0) {
      return OptionalLong.empty();
    }
    try (Memory infos = new Memory((long) fences * Ioctl.SYNC_FENCE_INFO_BYTES)) {
      long last = askEach(fd, fences, infos) ? lastNanos(infos, fences) : 0;
      return last == 0 ? OptionalLong.empty() : OptionalLong.of(last + MonotonicOffset.NANOS);
    }
  }

  /** When the last of the fences signalled; 0 if one has not, or does not tell. */
  private static long lastNanos(Memory infos, int fences) {
    long last = 0;
    for (int at = 0; at < fences; at++) {
      long info = (long) at * Ioctl.SYNC_FENCE_INFO_BYTES;
      long nanos = infos.getLong(info + FENCE_NANOS);
      if (infos.getInt(info + FENCE_STATUS) == 0 || nanos == 0) {
        return 0;
      }
      last = Math.max(last, nanos);
    }
    return last;
  }

  /** Has the kernel write what it knows of each fence of the file. */
  private static boolean askEach(int fd, int fences, Memory infos) {
    infos.clear();
    byte[] request = new byte[Ioctl.SYNC_FILE_INFO_BYTES];
    ByteBuffer.wrap(request)
        .order(ByteOrder.nativeOrder())
        .putInt(NUM_FENCES, fences)
        .putLong(INFOS, Pointer.nativeValue(infos));
    return ask(fd, request);
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
