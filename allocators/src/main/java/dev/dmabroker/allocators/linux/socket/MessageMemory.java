package dev.dmabroker.allocators.linux.socket;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.Fd;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The memory of struct msghdr with one part and its descriptors, as the kernel reads and writes it;
 * not thread-safe: one thread at a time has it. JNA frees memory that no object refers to, so all
 * of it is one block.
 */
final class MessageMemory {
  /**
   * The size of struct msghdr on 64-bit systems: void *name; u32 namelen; iovec *iov; size_t
   * iovlen; void *control; size_t controllen; int flags.
   */
  private static final int HEADER_BYTES = 56;

  private static final int IOV = 16;
  private static final int IOVLEN = 24;
  private static final int CONTROL = 32;
  private static final int CONTROLLEN = 40;
  private static final int FLAGS = 48;

  /** struct iovec: void *base; size_t len. */
  private static final int IOVEC = HEADER_BYTES;

  /** struct cmsghdr: size_t len; int level; int type; then the descriptors, at 8 bytes' grain. */
  private static final int ANCILLARY = IOVEC + 16;

  private static final int CMSG_BYTES = 16;

  private final int mostBytes;
  private final int mostDescriptors;

  /**
   * Room for the sender's credentials, which some kernels put first, for the descriptors, and for
   * more than there may be, which tells a message with too many from one that lost some.
   */
  private final int ancillaryBytes;

  /** Where the contents begin. */
  private final int contents;

  private final Memory memory;

  /**
   * Makes the memory.
   *
   * @param mostBytes the most bytes of a message's contents
   * @param mostDescriptors the most descriptors that come with a message
   */
  MessageMemory(int mostBytes, int mostDescriptors) {
    this.mostBytes = mostBytes;
    this.mostDescriptors = mostDescriptors;
    ancillaryBytes = CMSG_BYTES + (mostDescriptors + 2) * Integer.BYTES + CMSG_BYTES + 16;
    contents = ANCILLARY + ancillaryBytes;
    memory = new Memory((long) contents + mostBytes);
  }

  /** Where the header is, for sendmsg(2) and recvmsg(2). */
  long address() {
    return Pointer.nativeValue(memory);
  }

  private void header(long length, long ancillary) {
    memory.clear(HEADER_BYTES);
    memory.setLong(IOV, address() + IOVEC);
    memory.setLong(IOVLEN, 1);
    memory.setLong(CONTROL, ancillary == 0 ? 0 : address() + ANCILLARY);
    memory.setLong(CONTROLLEN, ancillary);
    memory.setLong(IOVEC, address() + contents);
    memory.setLong(IOVEC + 8, length);
  }

  /** Makes this a message that has these contents and descriptors. */
  void fill(ByteBuffer bytes, int[] descriptors) {
    int count = descriptors.length;
    long length = CMSG_BYTES + (long) count * Integer.BYTES;
    header(bytes.remaining(), count == 0 ? 0 : (length + 7) & -8);
    if (count > 0) {
      memory.setLong(ANCILLARY, length);
      memory.setInt(ANCILLARY + 8, SocketCalls.SOL_SOCKET);
      memory.setInt(ANCILLARY + 12, SocketCalls.SCM_RIGHTS);
      memory.write(ANCILLARY + CMSG_BYTES, descriptors, 0, count);
    }
    memory.getByteBuffer(contents, mostBytes).put(bytes.duplicate());
  }

  /** Makes this a message that takes in at most so many bytes. */
  void makeRoom(int bytes) {
    header(bytes, ancillaryBytes);
  }

  /**
   * What was received.
   *
   * @throws SocketFailure if it was longer, or has more descriptors, than a packet may have
   */
  Packet packet(int length, Fd from) throws SocketFailure {
    int flags = memory.getInt(FLAGS);
    List<Fd> descriptors = new ArrayList<>();
    PeerCredentials sender = null;
    long end = ANCILLARY + memory.getLong(CONTROLLEN);
    for (long at = ANCILLARY; at + CMSG_BYTES <= end; ) {
      long size = memory.getLong(at);
      long inside = at + CMSG_BYTES;
      if (memory.getInt(at + 8) == SocketCalls.SOL_SOCKET) {
        int type = memory.getInt(at + 12);
        if (type == SocketCalls.SCM_RIGHTS) {
          int count = (int) (size - CMSG_BYTES) / Integer.BYTES;
          Arrays.stream(memory.getIntArray(inside, count))
              .forEach(each -> descriptors.add(new Fd(each, "a descriptor from " + from)));
        } else if (type == SocketCalls.SCM_CREDENTIALS) {
          sender = PeerCredentials.read(memory.getByteArray(inside, SocketCalls.UCRED_BYTES));
        }
      }
      at += (Math.max(size, CMSG_BYTES) + 7) & -8;
    }
    byte[] bytes = memory.getByteArray(contents, length);
    boolean lost = (flags & SocketCalls.MSG_CTRUNC) != 0;
    Packet packet = new Packet(ByteBuffer.wrap(bytes), descriptors, lost, sender);
    if ((flags & SocketCalls.MSG_TRUNC) != 0) {
      packet.close();
      throw new SocketFailure("a packet from " + from + " is longer than " + mostBytes);
    }
    if (descriptors.size() > mostDescriptors) {
      packet.close();
      throw new SocketFailure(
          "a packet from " + from + " has more than " + mostDescriptors + " descriptors");
    }
    return packet;
  }
}
