package dev.dmabroker.samples.broker;

import dev.dmabroker.remote.ClientState;
import dev.dmabroker.remote.Peer;
import dev.dmabroker.remote.ServiceListener;
import java.lang.System.Logger.Level;

/** Writes to the log which clients come and go; the service itself logs whom it refuses. */
final class ClientLog implements ServiceListener {
  private static final System.Logger LOG = System.getLogger("dev.dmabroker.service");

  @Override
  public void connected(ClientState client) {
    LOG.log(Level.INFO, "{0} connected: {1}", client.name(), client.peer());
  }

  @Override
  public void left(ClientState client, String reason) {
    LOG.log(Level.INFO, "{0} left: {1}", client.name(), reason);
  }

  @Override
  public void refused(Peer peer, String reason) {}
}
