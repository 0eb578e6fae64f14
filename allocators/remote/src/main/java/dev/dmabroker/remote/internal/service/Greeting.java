package dev.dmabroker.remote.internal.service;

import com.google.protobuf.ByteString;
import dev.dmabroker.remote.internal.service.Requests.Where;
import dev.dmabroker.remote.internal.wire.Hello;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService.BodyCase;
import dev.dmabroker.remote.internal.wire.Welcome;
import java.util.List;

/** Greets a client: only then does its session serve other requests. */
final class Greeting {
  /** The version of the protocol that this service speaks. */
  static final int VERSION = 1;

  private static final int NAME_LENGTH = 64;

  private final Session session;
  private final Server server;
  private boolean greeted;

  Greeting(Session session, Server server) {
    this.session = session;
    this.server = server;
  }

  void serve(Requests requests) {
    requests.serve(
        BodyCase.HELLO,
        Where.AT_ONCE,
        (number, request, packet) -> greet(number, request.getHello()));
    requests.serve(
        BodyCase.GOODBYE,
        Where.IN_ORDER,
        (number, request, packet) -> {
          session.done(number);
          session.end("it said goodbye");
        });
  }

  private void greet(long number, Hello hello) {
    if (greeted) {
      session.letGo("it said hello twice");
      return;
    }
    if (hello.getLowestVersion() > VERSION || hello.getHighestVersion() < VERSION) {
      session.letGo(
          "it speaks versions "
              + hello.getLowestVersion()
              + " to "
              + hello.getHighestVersion()
              + " of the protocol, and this service speaks version "
              + VERSION
              + "; update the older one");
      return;
    }
    if (hello.getRequiredFeaturesCount() > 0) {
      session.letGo(
          "it requires features that this service does not have: "
              + hello.getRequiredFeaturesList());
      return;
    }
    String wanted = hello.getName().strip();
    if (wanted.isEmpty() || wanted.length() > NAME_LENGTH) {
      session.letGo("a client's name has 1 to " + NAME_LENGTH + " characters");
      return;
    }
    greeted = true;
    session.name(server.uniqueName(wanted));
    new DeviceRequests(session, server).serve(session.requests());
    session.answer(
        number,
        ToClient.newBuilder()
            .setWelcome(
                Welcome.newBuilder()
                    .setVersion(VERSION)
                    .setLife(ByteString.copyFrom(server.life()))
                    .setLimits(server.limits().write())
                    .setName(session.name())),
        List.of());
  }
}
