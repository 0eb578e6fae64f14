package dev.dmabroker.gstreamer;

/**
 * The process that connected to a {@link UnixFdServer}, as the kernel knows it. Immutable.
 *
 * @param pid the number of its process; 0 if it is of another PID namespace
 * @param uid the number of its effective user when it connected
 * @param gid the number of its effective group when it connected
 */
public record UnixFdPeer(int pid, int uid, int gid) {
  @Override
  public String toString() {
    return "process " + pid + " of user " + uid + ", group " + gid;
  }
}
