package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import dev.dmabroker.Broker;
import dev.dmabroker.allocators.ModelledHeap;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.remote.internal.wire.Access;
import dev.dmabroker.remote.internal.wire.Constraints;
import dev.dmabroker.remote.internal.wire.Failure;
import dev.dmabroker.remote.internal.wire.Hello;
import dev.dmabroker.remote.internal.wire.RegisterDevice;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.testing.InOrder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service does for a client that is newer, as docs/remote.md says. */
class NewerClientTest {
  @TempDir private Path folder;
  private Broker broker;
  private BrokerService service;
  private PacketSocket socket;

  @BeforeEach
  void serve() throws Exception {
    broker =
        Broker.builder()
            .heuristic(new InOrder())
            .heap(ModelledHeap.builder("system").build())
            .build();
    service = BrokerService.builder(broker).start(folder.resolve("socket"));
    socket = PacketSocket.connect(folder.resolve("socket"));
  }

  @AfterEach
  void end() {
    socket.close();
    service.close();
    broker.close();
  }

  private static Hello.Builder hello(int lowest, int highest) {
    return Hello.newBuilder().setLowestVersion(lowest).setHighestVersion(highest).setName("newer");
  }

  /** Sends a message with a field that no version knows, and returns what is answered. */
  private ToClient ask(MessageLite message) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(message.toByteArray());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(1000, new byte[] {8, 42});
    out.flush();
    assertEquals(Sent.SENT, socket.send(ByteBuffer.wrap(bytes.toByteArray())));
    try (Packet packet = Objects.requireNonNull(socket.receive())) {
      return ToClient.parseFrom(packet.bytes());
    }
  }

  private void greet() throws Exception {
    ToClient welcome = ask(ToService.newBuilder().setNumber(1).setHello(hello(1, 7)).build());
    assertEquals(1, welcome.getWelcome().getVersion());
  }

  private String lettingGo(Hello.Builder hello) throws Exception {
    return ask(ToService.newBuilder().setNumber(1).setHello(hello).build())
        .getLettingGo()
        .getReason();
  }

  @Test
  void theVersionThatBothSpeakIsSpoken() throws Exception {
    greet();
  }

  @Test
  void aClientThatIsTooNewIsLetGo() throws Exception {
    String reason = lettingGo(hello(2, 3));
    assertTrue(reason.contains("it speaks versions 2 to 3"), reason);
    assertTrue(reason.contains("this service speaks version 1; update the older one"), reason);
  }

  @Test
  void aFeatureThatTheServiceLacksIsSaid() throws Exception {
    String reason = lettingGo(hello(1, 1).addRequiredFeatures("teleport"));
    assertTrue(reason.contains("[teleport]"), reason);
  }

  @Test
  void aRequestThatTheServiceDoesNotKnowIsRefusedAndTheClientStays() throws Exception {
    greet();
    ToClient answer = ask(ToService.newBuilder().setNumber(2).build());
    assertEquals(2, answer.getNumber());
    assertEquals("UnsupportedOperationException", answer.getFailure().getKind());
    answer = ask(ToService.newBuilder().build());
    assertEquals(0, answer.getNumber());
    assertEquals("UnsupportedOperationException", answer.getFailure().getKind());
    greetedStill();
  }

  private void greetedStill() throws Exception {
    RegisterDevice.Builder device =
        RegisterDevice.newBuilder()
            .setName("cpu")
            .setAccess(Access.READ)
            .addAlternatives(Constraints.getDefaultInstance());
    ToClient answer = ask(ToService.newBuilder().setNumber(9).setRegisterDevice(device).build());
    assertTrue(answer.hasDeviceRegistered(), answer::toString);
  }

  @Test
  void aConstraintThatTheServiceDoesNotKnowIsNotSkipped() throws Exception {
    greet();
    Constraints asked =
        Constraints.newBuilder()
            .addFields(Constraints.Field.newBuilder().setName("tomorrow").setFlag(true))
            .build();
    RegisterDevice.Builder device =
        RegisterDevice.newBuilder().setName("picky").setAccess(Access.READ).addAlternatives(asked);
    Failure failure =
        ask(ToService.newBuilder().setNumber(2).setRegisterDevice(device).build()).getFailure();
    assertEquals("IllegalArgumentException", failure.getKind());
    assertTrue(failure.getText().contains("'tomorrow'"), failure::getText);
    greetedStill();
  }
}
