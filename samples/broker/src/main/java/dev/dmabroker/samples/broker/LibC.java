package dev.dmabroker.samples.broker;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** The calls of the C library that this program makes itself. */
final class LibC {
  static final int AF_UNIX = 1;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_CLOEXEC = 0x80000;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  /**
   * Looks up a user; {@code struct passwd *getpwnam(const char *)}.
   *
   * @return the entry, in memory that the next look-up overwrites; null if there is none
   */
  static native @Nullable Pointer getpwnam(String name);

  /** Looks up a user by number; as {@link #getpwnam}. */
  static native @Nullable Pointer getpwuid(int uid);

  /**
   * Looks up a group; {@code struct group *getgrnam(const char *)}.
   *
   * @return the entry, in memory that the next look-up overwrites; null if there is none
   */
  static native @Nullable Pointer getgrnam(String name);

  /**
   * The groups of a user; {@code int getgrouplist(const char *, gid_t, gid_t *, int *)}.
   *
   * @param count how many there is room for, and then how many there are
   * @return -1 if there are more than there is room for
   */
  static native int getgrouplist(String user, int group, int[] groups, int[] count);

  /** Makes a socket; -1 on failure. */
  static native int socket(int domain, int type, int protocol);

  /** Sends a datagram to an address; -1 on failure. */
  static native long sendto(
      int socket, byte[] bytes, long length, int flags, byte[] address, int addressLength);

  /** Closes a descriptor. */
  static native int close(int descriptor);
}
