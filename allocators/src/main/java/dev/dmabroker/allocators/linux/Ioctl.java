package dev.dmabroker.allocators.linux;

/**
 * Numbers of the requests to drivers, put together as asm-generic/ioctl.h does: from the top two
 * bits of direction, fourteen of argument size, eight of type and eight of number. PowerPC, MIPS
 * and SPARC lay them out differently and are refused, see {@link Architecture}.
 */
public final class Ioctl {

  private static final int WRITE = 1;
  private static final int READ = 2;

  /** The size of struct dma_heap_allocation_data: u64 len; u32 fd; u32 fd_flags; u64 heap_flags. */
  static final int HEAP_ALLOCATION_BYTES = 24;

  /** The size of struct udmabuf_create: u32 memfd; u32 flags; u64 offset; u64 size. */
  static final int UDMABUF_CREATE_BYTES = 24;

  /** The size of struct dma_buf_sync: u64 flags. */
  static final int SYNC_BYTES = 8;

  /** The size of struct dma_buf_export_sync_file: u32 flags; s32 fd. */
  static final int EXPORT_SYNC_FILE_BYTES = 8;

  /**
   * The size of struct sync_file_info: char name[32]; s32 status; u32 flags, num_fences, pad; u64
   * infos.
   */
  static final int SYNC_FILE_INFO_BYTES = 56;

  /** The size of struct sync_fence_info; sync_file_info points to an array of it. */
  static final int SYNC_FENCE_INFO_BYTES = 80;

  /**
   * Allocates from a dma-heap. Fails with EINVAL for bad flags or size 0, ENOMEM if there is no
   * room.
   */
  static final long DMA_HEAP_IOCTL_ALLOC = number(READ | WRITE, 'H', 0, HEAP_ALLOCATION_BYTES);

  /**
   * Makes a dma-buf by /dev/udmabuf and returns its descriptor. Fails with EBADFD, EINVAL for size,
   * seals or the limit.
   */
  static final long UDMABUF_CREATE = number(WRITE, 'u', 0x42, UDMABUF_CREATE_BYTES);

  /**
   * Begins or ends CPU access to a dma-buf. It may block, and may ask to be repeated by EINTR and
   * EAGAIN.
   */
  static final long DMA_BUF_IOCTL_SYNC = number(WRITE, 'b', 0, SYNC_BYTES);

  /**
   * Names a dma-buf (DMA_BUF_SET_NAME_B of the header): the argument is the address of a text of
   * less than 32 bytes; the number of the request has the size 8 of the address. Old kernels fail
   * with EBUSY once a device has attached.
   */
  static final long DMA_BUF_SET_NAME = number(WRITE, 'b', 1, 8);

  /**
   * Exports a sync file, close-on-exec, of the fences that a dma-buf has now; since kernel 6.0.
   * With DMA_BUF_SYNC_READ alone it has the fences that a read waits for, which are the writers';
   * with DMA_BUF_SYNC_WRITE it has all. Fails with ENOTTY if the kernel is older or lacks
   * CONFIG_SYNC_FILE; EMFILE, ENFILE, ENOMEM.
   */
  static final long DMA_BUF_IOCTL_EXPORT_SYNC_FILE =
      number(READ | WRITE, 'b', 2, EXPORT_SYNC_FILE_BYTES);

  /**
   * Asks a sync file for its status, which is 1 once it has signalled, 0 before, or a negative
   * errno. A request for 0 fences tells their number. Fails with EINVAL if there are more fences
   * than were asked for.
   */
  static final long SYNC_IOC_FILE_INFO = number(READ | WRITE, '>', 4, SYNC_FILE_INFO_BYTES);

  static final int DMA_BUF_SYNC_READ = 1;
  static final int DMA_BUF_SYNC_WRITE = 2;
  static final int DMA_BUF_SYNC_START = 0;
  static final int DMA_BUF_SYNC_END = 4;
  static final int DMA_BUF_NAME_LEN = 32;
  static final int UDMABUF_FLAGS_CLOEXEC = 1;

  private Ioctl() {}

  /** The number of a request that fills its argument in. */
  public static long read(char type, int number, int argumentBytes) {
    return number(READ, type, number, argumentBytes);
  }

  /** The number of a request that takes its argument. */
  public static long write(char type, int number, int argumentBytes) {
    return number(WRITE, type, number, argumentBytes);
  }

  /** The number of a request with an argument that goes both ways. */
  public static long readWrite(char type, int number, int argumentBytes) {
    return number(READ | WRITE, type, number, argumentBytes);
  }

  static long number(int direction, char type, int number, int argumentBytes) {
    return (long) direction << 30 | (long) argumentBytes << 16 | (long) type << 8 | number;
  }
}
