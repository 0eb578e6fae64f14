package dev.dmabroker.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.dmabroker.remote.internal.wire.Acknowledged;
import dev.dmabroker.remote.internal.wire.Hello;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client process, written in C, that sends and receives what a test tells it to, that can be
 * killed and stopped, and that does what a client must not. Not thread-safe.
 */
final class Puppet implements AutoCloseable {
  private static final Path SOURCE = Path.of("src/test/c/puppet.c");
  private static final int AGAIN = -11;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static @Nullable Path program;

  private final Process process;
  private final OutputStream commands;
  private final DataInputStream replies;
  private long last;
  private int descriptors;

  /** Starts a process that is not connected. Skips the test where there is no compiler. */
  Puppet() throws IOException {
    process =
        new ProcessBuilder(program().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    commands = new BufferedOutputStream(process.getOutputStream());
    replies = new DataInputStream(process.getInputStream());
  }

  /** A client that is connected and welcome. */
  static Puppet client(Path socket, String name) throws IOException {
    Puppet puppet = new Puppet();
    puppet.connect(socket);
    ToClient welcome = puppet.ask(hello(name));
    assertTrue(welcome.hasWelcome(), welcome::toString);
    return puppet;
  }

  static ToService.Builder hello(String name) {
    return hello(name, false);
  }

  /** The first message, of a client that counts in a page if it gets one. */
  static ToService.Builder hello(String name, boolean page) {
    return ToService.newBuilder()
        .setHello(
            Hello.newBuilder()
                .setLowestVersion(1)
                .setHighestVersion(1)
                .setName(name)
                .setPage(page));
  }

  private static synchronized Path program() throws IOException {
    Path made = program;
    if (made == null) {
      made = Files.createTempFile("dmabroker-puppet", "");
      made.toFile().deleteOnExit();
      try {
        Process compiler =
            new ProcessBuilder(
                    "gcc", "-O1", "-Wall", "-Werror", "-o", made.toString(), SOURCE.toString())
                .redirectErrorStream(true)
                .start();
        String errors =
            new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(errors.isEmpty(), errors);
      } catch (IOException e) {
        assumeTrue(false, "there is no gcc to compile the hostile client: " + e.getMessage());
      }
      program = made;
    }
    return made;
  }

  long pid() {
    return process.pid();
  }

  /** What a command came to: 0 or a count, or an errno below zero; and what it gave. */
  record Reply(int result, ByteString bytes) {}

  private void command(char operation, byte[] payload) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(5).order(ByteOrder.nativeOrder());
    head.put((byte) operation).putInt(payload.length);
    commands.write(head.array());
    commands.write(payload);
    commands.flush();
  }

  private Reply reply() throws IOException {
    ByteBuffer head = ByteBuffer.wrap(replies.readNBytes(8)).order(ByteOrder.nativeOrder());
    int result = head.getInt();
    return new Reply(result, ByteString.copyFrom(replies.readNBytes(head.getInt())));
  }

  private Reply order(char operation, byte[] payload) throws IOException {
    command(operation, payload);
    return reply();
  }

  private Reply order(char operation, int... numbers) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.nativeOrder());
    for (int number : numbers) {
      payload.putInt(number);
    }
    return order(operation, payload.array());
  }

  void connect(Path socket) throws IOException {
    byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
    assertEquals(0, order('C', path).result());
  }

  private static byte[] packet(byte[] bytes, String kinds) {
    byte[] descriptors = kinds.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(1 + descriptors.length + bytes.length)
        .put((byte) descriptors.length)
        .put(descriptors)
        .put(bytes)
        .array();
  }

  /**
   * Sends a packet.
   *
   * @param kinds a letter for each descriptor that comes with it, as in puppet.c
   * @return the errno below zero, or how many bytes
   */
  int sendBytes(byte[] bytes, String kinds) throws IOException {
    return order('S', packet(bytes, kinds)).result();
  }

  /** Sends a packet again and again, and returns how often it found room. */
  int flood(byte[] bytes, String kinds, int most) throws IOException {
    byte[] packet = packet(bytes, kinds);
    ByteBuffer payload = ByteBuffer.allocate(4 + packet.length).order(ByteOrder.nativeOrder());
    return order('B', payload.putInt(most).put(packet).array()).result();
  }

  /** Sends a request under the next number, which it returns. */
  long send(ToService.Builder request, String kinds) throws IOException {
    long number = ++last;
    sendBytes(request.setNumber(number).build().toByteArray(), kinds);
    return number;
  }

  long send(ToService.Builder request) throws IOException {
    return send(request, "");
  }

  /** Sends what has no answer. */
  void tell(ToService.Builder message) throws IOException {
    sendBytes(message.build().toByteArray(), "");
  }

  /**
   * Receives a message, put together if it came in parts, and acknowledges its descriptors.
   *
   * @return null once the connection has ended
   */
  @Nullable ToClient receive() throws IOException {
    ByteString parts = ByteString.EMPTY;
    while (true) {
      Reply reply = order('R', TIMEOUT_MILLIS);
      if (reply.result() == AGAIN) {
        throw new AssertionError("nothing came from the service within " + TIMEOUT_MILLIS + " ms");
      }
      if (reply.result() <= 0) {
        return null;
      }
      ToClient message = read(reply);
      if (!message.hasPart()) {
        return message;
      }
      parts = parts.concat(message.getPart().getPiece());
      if (message.getPart().getLast()) {
        return ToClient.parseFrom(parts);
      }
    }
  }

  /** Waits for the answer to a request, and skips events and other answers. */
  ToClient answer(long number) throws IOException {
    while (true) {
      ToClient message = receive();
      if (message == null) {
        throw new AssertionError("the connection has ended before the answer to " + number);
      }
      if (message.hasLettingGo()) {
        throw new AssertionError("it was let go: " + message.getLettingGo().getReason());
      }
      if (message.getNumber() == number) {
        return message;
      }
    }
  }

  private ToClient read(Reply packet) throws IOException {
    int came = packet.bytes().byteAt(0);
    if (came > 0) {
      descriptors += came;
      tell(ToService.newBuilder().setAcknowledged(Acknowledged.newBuilder().setPackets(1)));
    }
    return ToClient.parseFrom(packet.bytes().substring(1));
  }

  /** The packet that is there now, which may be a part; null if none is. */
  @Nullable ToClient receiveNow() throws IOException {
    Reply reply = order('R', 0);
    return reply.result() <= 0 ? null : read(reply);
  }

  /** Writes to memory whatever it is, if it can be mapped. */
  void forge(int descriptor, int offset, int value) throws IOException {
    int unused = memory('w', descriptor, offset, value);
  }

  /** Waits until the service offers memory to a probe, or has answered the registration. */
  long probe(long registration) throws IOException {
    while (true) {
      ToClient message = receive();
      if (message == null) {
        throw new AssertionError("the connection has ended before memory was offered");
      }
      if (message.hasProbe()) {
        return message.getProbe().getProbe();
      }
      if (message.getNumber() == registration) {
        return 1;
      }
    }
  }

  ToClient ask(ToService.Builder request) throws IOException {
    return answer(send(request));
  }

  /** The reason why the service lets this client go, after all that comes before it. */
  String reasonToGo() throws IOException {
    String reason = "the connection has ended without a reason";
    for (ToClient message = receive(); message != null; message = receive()) {
      if (message.hasLettingGo()) {
        reason = message.getLettingGo().getReason();
      }
    }
    return reason;
  }

  /** How many descriptors have come. */
  int descriptors() {
    return descriptors;
  }

  int read(int descriptor, int offset) throws IOException {
    return memory('r', descriptor, offset, 0);
  }

  void write(int descriptor, int offset, int value) throws IOException {
    assertEquals(value, memory('w', descriptor, offset, value));
  }

  private int memory(char operation, int descriptor, int offset, int value) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(9).order(ByteOrder.nativeOrder());
    return order(operation, payload.put((byte) descriptor).putInt(offset).putInt(value).array())
        .result();
  }

  /** Closes the descriptor that came last. */
  void closeLast() throws IOException {
    assertEquals(0, order('c').result());
  }

  /** Truncates the memory of a descriptor, and returns the errno below zero. */
  int truncate(int descriptor) throws IOException {
    return order('z', descriptor).result();
  }

  /** Punches a hole into the memory of a descriptor. */
  int punch(int descriptor) throws IOException {
    return order('h', descriptor).result();
  }

  /** Makes a fork that keeps what is open, and returns its process. */
  long fork() throws IOException {
    return order('F').result();
  }

  /** From now on a fork of the process that has connected is this puppet. */
  void becomeFork() throws IOException {
    assertEquals(0, order('f').result());
  }

  void becomeUser(int user) throws IOException {
    assertEquals(0, order('U', user).result());
  }

  void disconnect() throws IOException {
    assertEquals(0, order('X').result());
  }

  void stop() throws IOException {
    command('T', new byte[0]);
    signalled("T");
  }

  private void signalled(String state) throws IOException {
    Path stat = Path.of("/proc/" + pid() + "/stat");
    dev.dmabroker.testing.Await.until(
        "the process is in state " + state,
        () -> {
          try {
            String text = Files.readString(stat);
            return text.substring(text.lastIndexOf(')') + 2).startsWith(state);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  void goOn() throws IOException {
    signal("CONT", pid());
  }

  static void signal(String name, long pid) throws IOException {
    try {
      assertEquals(
          0, new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid).start().waitFor());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Kills the process at once, and waits until it has ended. */
  void kill() {
    process.destroyForcibly();
    try {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** The bytes of a message. */
  static byte[] bytes(MessageLite.Builder message) {
    return message.build().toByteArray();
  }

  /** Several descriptors of one kind. */
  static String several(String kind, int count) {
    return kind.repeat(count);
  }

  static List<Puppet> clients(Path socket, int count) throws IOException {
    List<Puppet> clients = new ArrayList<>();
    for (int at = 0; at < count; at++) {
      clients.add(client(socket, "client-" + at));
    }
    return clients;
  }
}
