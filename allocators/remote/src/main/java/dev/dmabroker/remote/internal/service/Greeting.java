package dev.dmabroker.remote.internal.service;

import com.google.protobuf.ByteString;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.PeerCredentials;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.remote.Admission;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.remote.Admission.Refused;
import dev.dmabroker.remote.BrokerService;
import dev.dmabroker.remote.Peer;
import dev.dmabroker.remote.internal.page.PageWord;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.wire.Hello;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.remote.internal.wire.Welcome;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Greets a client: asks whether it may be one, and only then has its session serve other requests.
 * The application's rule may take its time, so this is done by the pool.
 */
final class Greeting {
  /** The version of the protocol that this service speaks. */
  static final int VERSION = 1;

  private static final System.Logger LOG = System.getLogger(BrokerService.class.getName());

  private static final int NAME_LENGTH = 64;

  private final Session session;
  private final Server server;
  private final PeerCredentials credentials;

  Greeting(Session session, Server server, PeerCredentials credentials) {
    this.session = session;
    this.server = server;
    this.credentials = credentials;
  }

  /** What is served before the client is welcome. */
  Requests requests() {
    Requests requests = new Requests();
    requests.serve(
        BodyCase.HELLO,
        Where.IN_ORDER,
        (number, request, packet) -> greet(number, request.getHello()));
    serveGoodbye(requests);
    return requests;
  }

  private void serveGoodbye(Requests requests) {
    requests.serve(
        BodyCase.GOODBYE, Where.IN_ORDER, (number, request, packet) -> session.goodbye(number));
  }

  private void greet(long number, Hello hello) {
    if (session.standing() != null) {
      session.letGo("it said hello twice");
      return;
    }
    String wrong = whatIsWrong(hello);
    if (wrong != null) {
      session.letGo(wrong);
      return;
    }
    Peer peer =
        new Peer(hello.getName().strip(), credentials.pid(), credentials.uid(), credentials.gid());
    if (decide(peer) instanceof Admitted admitted) {
      welcome(number, hello, peer, admitted);
    }
  }

  private static @Nullable String whatIsWrong(Hello hello) {
    if (hello.getLowestVersion() > VERSION || hello.getHighestVersion() < VERSION) {
      return "it speaks versions "
          + hello.getLowestVersion()
          + " to "
          + hello.getHighestVersion()
          + " of the protocol, and this service speaks version "
          + VERSION
          + "; update the older one";
    }
    if (hello.getRequiredFeaturesCount() > 0) {
      return "it requires features that this service does not have: "
          + hello.getRequiredFeaturesList();
    }
    String name = hello.getName().strip();
    if (name.isEmpty()
        || name.length() > NAME_LENGTH
        || !name.chars().allMatch(each -> each >= ' ' && each != '/' && each != 0x7f)) {
      return "a client's name has 1 to "
          + NAME_LENGTH
          + " characters, none of which is a slash or a control character";
    }
    return null;
  }

  private Admission decide(Peer peer) {
    Admission decision;
    try {
      decision = server.settings().rule().decide(peer);
    } catch (Throwable e) {
      LOG.log(Level.WARNING, "the rule that admits clients threw; " + peer + " is refused", e);
      decision = new Refused("the service's rule for clients failed; its log says why");
    }
    if (decision instanceof Refused refused) {
      server.refused(peer, refused.reason());
      session.letGo(refused.reason());
    }
    return decision;
  }

  private void welcome(long number, Hello hello, Peer peer, Admitted admitted) {
    Standing standing = server.take(session, peer, admitted.terms(), Instant.now());
    Welcome.Builder welcome =
        Welcome.newBuilder()
            .setVersion(VERSION)
            .setLife(ByteString.copyFrom(server.life()))
            .setLimits(Limits.write(standing.limits()))
            .setName(standing.name());
    List<Fd> descriptors = hello.getPage() ? page(welcome) : List.of();
    Requests requests = requests();
    new DeviceRequests(session, server, standing).serve(requests);
    session.serve(requests);
    session.answer(number, ToClient.newBuilder().setWelcome(welcome), descriptors);
    server.connected(session, standing);
  }

  /** Gives the client a page, if there is one to give; it maps by messages otherwise. */
  private List<Fd> page(Welcome.Builder welcome) {
    try {
      ClientPage.Parcel parcel = ClientPage.create(session, server.poller());
      session.page(parcel.page());
      welcome
          .setPageDescriptor(0)
          .setDoorbellDescriptor(1)
          .setPageBytes((long) ClientPage.WORDS * PageWord.BYTES)
          .setWordBytes(PageWord.BYTES);
      return parcel.descriptors();
    } catch (SocketFailure e) {
      LOG.log(
          Level.WARNING,
          "client {0} gets no page, and maps by messages: {1}",
          session.name(),
          e.getMessage());
      return List.of();
    }
  }
}
