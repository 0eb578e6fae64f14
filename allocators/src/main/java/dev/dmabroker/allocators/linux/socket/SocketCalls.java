package dev.dmabroker.allocators.linux.socket;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * Makes the system calls for Unix sockets and epoll by JNA's direct mapping, and has the constants
 * of the C headers, which are those of asm-generic. Pointers and {@code size_t} are Java longs. A
 * call that fails returns -1, and says why in errno.
 */
final class SocketCalls {

  static final int AF_UNIX = 1;
  static final int SOCK_STREAM = 1;
  static final int SOCK_SEQPACKET = 5;
  static final int SOCK_NONBLOCK = 0x800;
  static final int SOCK_CLOEXEC = 0x80000;

  static final int SOL_SOCKET = 1;
  static final int SO_TYPE = 3;
  static final int SO_ERROR = 4;
  static final int SO_PASSCRED = 16;
  static final int SO_PEERCRED = 17;
  static final int SO_ACCEPTCONN = 30;
  static final int SO_DOMAIN = 39;
  static final int SO_PEERPIDFD = 77;

  static final int SCM_RIGHTS = 1;
  static final int SCM_CREDENTIALS = 2;

  /** The number of pidfd_open(2), which all architectures share. */
  static final long NR_PIDFD_OPEN = 434;

  static final int MSG_CTRUNC = 8;
  static final int MSG_TRUNC = 0x20;
  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_NOSIGNAL = 0x4000;
  static final int MSG_CMSG_CLOEXEC = 0x40000000;

  static final int SHUT_RDWR = 2;

  static final int F_SETFD = 2;
  static final int F_GETFL = 3;
  static final int F_SETFL = 4;
  static final int FD_CLOEXEC = 1;

  static final int EPOLL_CLOEXEC = 0x80000;
  static final int EPOLL_CTL_ADD = 1;
  static final int EPOLL_CTL_DEL = 2;
  static final int EPOLL_CTL_MOD = 3;
  static final int EPOLLIN = 1;
  static final int EPOLLOUT = 4;
  static final int EPOLLERR = 8;
  static final int EPOLLHUP = 0x10;
  static final int EPOLLRDHUP = 0x2000;
  static final int EPOLLET = 0x80000000;

  /** The size of struct sockaddr_un: u16 sun_family; char sun_path[108]. */
  static final int SOCKADDR_UN_BYTES = 110;

  /** The most bytes of a path in it, without the zero byte at its end. */
  static final int PATH_BYTES = 107;

  /** The size of struct ucred: s32 pid; u32 uid; u32 gid. */
  static final int UCRED_BYTES = 12;

  static {
    Native.register(SocketCalls.class, NativeLibrary.getProcess());
  }

  private SocketCalls() {}

  /** Makes a socket: a descriptor, or -1. */
  static native int socket(int domain, int type, int protocol);

  /** Makes two sockets that are connected with each other, at the address: 0, or -1. */
  static native int socketpair(int domain, int type, int protocol, int[] sockets);

  /** Gives a socket its address: 0, or -1: EADDRINUSE, EACCES, ENOENT, ENOTDIR, EROFS. */
  static native int bind(int socket, byte[] address, int addressBytes);

  /** Lets clients connect: 0, or -1. */
  static native int listen(int socket, int backlog);

  /** Takes a client that has connected: a descriptor, or -1: EAGAIN, EMFILE, ENFILE. */
  static native int accept4(int socket, long address, long addressBytes, int flags);

  /**
   * Connects: 0, or -1: ECONNREFUSED if no process listens, ENOENT, EACCES, EAGAIN if the backlog
   * is full, EPROTOTYPE if the socket is of another type.
   */
  static native int connect(int socket, byte[] address, int addressBytes);

  /**
   * Sends a message: the bytes sent, or -1: EAGAIN, EPIPE, ECONNRESET, EMSGSIZE, ETOOMANYREFS if
   * too many descriptors of this user are under way, EBADF.
   */
  static native long sendmsg(int socket, long message, int flags);

  /** Receives a message: its bytes, 0 at the end, or -1: EAGAIN, ECONNRESET. */
  static native long recvmsg(int socket, long message, int flags);

  /** Reads an option: 0, or -1: ENOPROTOOPT if the kernel does not know it. */
  static native int getsockopt(int socket, int level, int option, byte[] value, int[] valueBytes);

  /** Sets an option: 0, or -1. */
  static native int setsockopt(int socket, int level, int option, int[] value, int valueBytes);

  /** Makes a system call that the C library may not know: what it returns, or -1. */
  static native long syscall(long number, long first, long second);

  /** Reads or sets flags of a descriptor: the flags or 0, or -1. */
  static native int fcntl(int fd, int command, int flags);

  /** Ends a connection; a thread that is parked in a call on it returns. */
  static native int shutdown(int socket, int how);

  /** Sets the mode of a file, which for a socket without an address is that of its later node. */
  static native int fchmod(int fd, int mode);

  /** Makes an epoll set: a descriptor, or -1. */
  static native int epoll_create1(int flags);

  /** Changes an epoll set: 0, or -1: EEXIST, ENOENT, ENOSPC, EPERM, EBADF. */
  static native int epoll_ctl(int epoll, int operation, int fd, long event);

  /** Waits: how many events there are, or -1: EINTR. */
  static native int epoll_wait(int epoll, long events, int most, int timeoutMillis);

  /** The process's user. */
  static native int geteuid();
}
