package dev.dmabroker.remote.internal.service;

import dev.dmabroker.Subscription;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.remote.ClientRight;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.value.EventWriter;
import dev.dmabroker.remote.internal.value.Snapshots;
import dev.dmabroker.remote.internal.wire.Listening;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.remote.internal.wire.Told;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Serves what a client wants to know of the broker: snapshots and events, of what it may see.
 * Events are told on a thread of the broker that does nothing else, and are dropped and counted
 * while the client does not read them.
 */
final class WatchRequests {
  /** The only subscription of a client: all its listeners are told of what comes by it. */
  private static final long SUBSCRIPTION = 1;

  private final Session session;
  private final Server server;
  private final Predicate<String> opened;

  // Guarded by this object.
  private @Nullable Subscription subscription;

  private long dropped;

  /**
   * Makes it for one client.
   *
   * @param opened whether the client has opened the buffer or stream of this name
   */
  WatchRequests(Session session, Server server, Predicate<String> opened) {
    this.session = session;
    this.server = server;
    this.opened = opened;
    session.atEnd(this::unlisten);
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.TAKE_SNAPSHOT,
        Where.ASIDE,
        (number, request, packet) ->
            session.answer(
                number,
                ToClient.newBuilder()
                    .setSnapshot(
                        Snapshots.write(
                            server.broker().snapshot(), this::isShown, session.names())),
                List.of()));
    requests.serve(
        BodyCase.LISTEN,
        Where.IN_ORDER,
        (number, request, packet) -> {
          listen();
          session.answer(
              number,
              ToClient.newBuilder()
                  .setListening(Listening.newBuilder().setSubscription(SUBSCRIPTION)),
              List.of());
        });
    requests.serve(
        BodyCase.UNLISTEN,
        Where.IN_ORDER,
        (number, request, packet) -> {
          unlisten();
          session.done(number);
        });
  }

  /** Whether the client may see what has this name in the broker. */
  private boolean isShown(String name) {
    return session.names().isOwn(name) || opened.test(name) || session.has(ClientRight.WATCH_ALL);
  }

  private synchronized void listen() {
    if (subscription == null) {
      subscription =
          server
              .broker()
              .listen(new EventWriter(this::isShown, session.names(), this::tell), Delivery.QUEUED);
    }
  }

  private synchronized void unlisten() {
    if (subscription != null) {
      subscription.close();
      subscription = null;
    }
  }

  /** Tells the client an event, if it reads what it is told. On the broker's thread for that. */
  private void tell(Told.Builder event) {
    if (session.tellIfRoom(ToClient.newBuilder().setTold(event.setDropped(dropped)))) {
      dropped = 0;
    } else {
      dropped++;
    }
  }
}
