package dev.dmabroker.allocators.linux.socket;

import dev.dmabroker.allocators.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Says which process is at the other end of a connection, as the kernel knows it (SO_PEERCRED in
 * unix(7)): the process that connected, or that listened. A process of another PID namespace has
 * the number 0, and a user that this namespace does not have the overflow number.
 *
 * @param pid the process's number
 * @param uid its effective user
 * @param gid its effective group
 */
public record PeerCredentials(int pid, int uid, int gid) {
  /** The number of the effective user that this process runs as. */
  public static int ownUser() {
    return SocketCalls.geteuid();
  }

  static PeerCredentials of(int socket) throws SocketFailure {
    byte[] credentials = new byte[SocketCalls.UCRED_BYTES];
    int[] length = {credentials.length};
    if (SocketCalls.getsockopt(
            socket, SocketCalls.SOL_SOCKET, SocketCalls.SO_PEERCRED, credentials, length)
        != 0) {
      throw SocketFailure.of("asking which process is at the other end", Errno.last(), "");
    }
    return read(credentials);
  }

  /** Reads struct ucred. */
  static PeerCredentials read(byte[] credentials) {
    ByteBuffer fields = ByteBuffer.wrap(credentials).order(ByteOrder.nativeOrder());
    return new PeerCredentials(fields.getInt(), fields.getInt(), fields.getInt());
  }
}
