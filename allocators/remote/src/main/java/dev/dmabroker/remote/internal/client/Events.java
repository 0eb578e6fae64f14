package dev.dmabroker.remote.internal.client;

import dev.dmabroker.Subscription;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot.ListenerState;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.runtime.Time;
import dev.dmabroker.internal.watch.Listeners;
import dev.dmabroker.remote.NotRemoteException;
import dev.dmabroker.remote.RemoteBroker;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.wire.Listen;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Told;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a service tells without having been asked. It comes on the thread that receives, which hands
 * it on and never waits. Thread-safe.
 */
public final class Events {
  private static final System.Logger LOG = System.getLogger(RemoteBroker.class.getName());

  private final Link link;
  private final Map<Long, RemoteAttachment> attachments = new ConcurrentHashMap<>();
  private final Probes probes;
  private final Listeners listeners = new Listeners(Time.ofMachine());
  private final AtomicLong dropped = new AtomicLong();
  private boolean listening; // Guarded by this object.

  Events(Link link) {
    this.link = link;
    probes = new Probes(link);
  }

  Probes probes() {
    return probes;
  }

  /** Tells an attachment of moves from now on. */
  void follow(long identity, RemoteAttachment attachment) {
    attachments.put(identity, attachment);
  }

  void leave(long identity) {
    attachments.remove(identity);
  }

  /**
   * Tells a listener from now on.
   *
   * @throws NotRemoteException if it asks to be told in place
   */
  public Subscription listen(BrokerListener listener, Delivery delivery) {
    if (delivery == Delivery.IN_PLACE) {
      throw new NotRemoteException(
          "Broker.listen(listener, IN_PLACE)",
          "what an event tells of is done in the service, which waits for no other process; take"
              + " Delivery.QUEUED");
    }
    Subscription subscription = listeners.add(listener, delivery);
    try {
      begin();
    } catch (RuntimeException | Error e) {
      subscription.close();
      throw e;
    }
    return subscription;
  }

  private synchronized void begin() {
    if (!listening) {
      link.order(ToService.newBuilder().setListen(Listen.getDefaultInstance()));
      listening = true;
    }
  }

  /** The listeners as they are now. */
  public List<ListenerState> listeners() {
    return listeners.snapshot();
  }

  /** How many events were dropped, here or by the service. */
  public long dropped() {
    return dropped.get() + listeners.dropped();
  }

  /** Takes an event. In the thread that receives. */
  void take(ToClient message, Packet packet) {
    try {
      switch (message.getBodyCase()) {
        case MOVED -> {
          RemoteAttachment attachment = attachments.get(message.getMoved().getAttachment());
          if (attachment != null) {
            attachment.moved(message.getMoved().getGeneration());
          }
        }
        case RECALL -> {
          Words words = link.words();
          if (words != null) {
            words.recalled(message.getRecall());
          }
        }
        case TOLD -> tell(message.getTold());
        case PROBE -> probes.offer(message.getProbe(), packet);
        case PROBES_ENDED -> probes.ended(message.getProbesEnded());
        case FAILURE ->
            LOG.log(
                Level.WARNING,
                "the service could not do what it was told: {0}",
                message.getFailure().getText());
        default ->
            LOG.log(Level.DEBUG, "what the service tells is not known: {0}", message.getBodyCase());
      }
    } catch (BadMessageException | RuntimeException e) {
      LOG.log(Level.WARNING, "what the service told could not be taken", e);
    }
  }

  private void tell(Told message) throws BadMessageException {
    dropped.addAndGet(message.getDropped());
    dev.dmabroker.remote.internal.value.Events.read(message).ifPresent(listeners::tell);
  }

  /** The connection has ended. */
  void disconnected() {
    listeners.tell(BrokerListener::brokerClosed);
    probes.disconnected();
  }
}
