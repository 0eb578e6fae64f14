package dev.dmabroker.remote;

/**
 * The process that wants to be a client, as the kernel knows it, and the name that it gave itself.
 *
 * @param name what the client calls itself; any process may say any name
 * @param pid the number of its process
 * @param uid the number of its effective user when it connected
 * @param gid the number of its effective group when it connected
 */
public record Peer(String name, int pid, int uid, int gid) {
  @Override
  public String toString() {
    return name + " (process " + pid + " of user " + uid + ", group " + gid + ")";
  }
}
