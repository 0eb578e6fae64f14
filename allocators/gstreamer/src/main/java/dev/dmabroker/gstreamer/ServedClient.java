package dev.dmabroker.gstreamer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamStoppedException;
import dev.dmabroker.allocators.linux.DmaBufs;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.allocators.linux.socket.Poller;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.allocators.linux.socket.StreamSocket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One client, which is a consumer of the stream: it is sent a frame, holds it until its RELEASE
 * comes, and has everything taken from it when the connection ends. The next frame is asked of the
 * stream only while the client holds fewer than it may; so what it does not release holds up no
 * thread of the stream's, and its socket always has room: a client whose socket has none has
 * released frames that it has not read.
 *
 * <p>All methods but {@link #state} run in the server's one thread.
 */
final class ServedClient {
  private static final System.Logger LOG = System.getLogger(UnixFdServer.class.getName());

  /** A source sends nothing longer than a RELEASE; what newer ones may send is skipped. */
  private static final int MOST_PAYLOAD_BYTES = 1 << 12;

  /** How many messages are read before other clients have their turn. */
  private static final int MESSAGES_A_TURN = 32;

  private final ServerLoop loop;
  private final ServerSettings settings;
  private final StreamSocket socket;
  private final MessageReader reader;
  private final UnixFdPeer peer;
  private final Device device;
  private final StreamConsumer consumer;
  private final Map<Long, Held> held = new LinkedHashMap<>();

  private Poller.@Nullable Registration watch;
  private @Nullable CompletableFuture<Frame> asked;
  private String sentCaps = "";
  private long lastId;
  private boolean finished;
  private boolean ended;
  private volatile UnixFdClientState state;

  /**
   * A frame that the client has.
   *
   * @param since in the time of {@link System#nanoTime}
   */
  private record Held(Frame frame, long since) {}

  ServedClient(
      ServerLoop loop,
      StreamSocket socket,
      UnixFdPeer peer,
      Device device,
      StreamConsumer consumer) {
    this.loop = loop;
    this.settings = loop.settings();
    this.socket = socket;
    this.peer = peer;
    this.device = device;
    this.consumer = consumer;
    reader = new MessageReader(socket, MOST_PAYLOAD_BYTES, 0);
    state = stateNow();
  }

  /** Begins to serve it. */
  void start(Poller poller) throws SocketFailure {
    watch = socket.watch(poller, Poller.READABLE, events -> read());
    ask();
  }

  UnixFdClientState state() {
    return state;
  }

  private UnixFdClientState stateNow() {
    return new UnixFdClientState(device.name(), peer, consumer.policy(), held.size(), lastId);
  }

  // ---- Frames for the client ----

  /** Asks the stream for the next frame, if the client may have one. */
  private void ask() {
    if (ended || finished || asked != null || held.size() >= settings.mostHeld()) {
      return;
    }
    try {
      CompletableFuture<Frame> next = consumer.takeAsync();
      asked = next;
      CompletableFuture<Frame> unused =
          next.whenComplete((frame, failure) -> loop.execute(() -> taken(next, frame, failure)));
    } catch (BrokerException e) {
      finish(e);
    }
  }

  private void taken(
      CompletableFuture<Frame> request, @Nullable Frame frame, @Nullable Throwable failure) {
    if (asked == request) {
      asked = null;
    }
    if (frame == null) {
      if (!ended && failure != null) {
        finish(failure);
      }
      return;
    }
    if (ended || finished) {
      frame.close();
      return;
    }
    try {
      send(frame);
    } catch (RuntimeException | IOException e) {
      frame.close();
      end(reason(e));
      return;
    }
    ask();
  }

  private void send(Frame frame) throws IOException {
    MappedMemory memory = frame.mapping();
    String caps =
        settings
            .capsOf(memory.layout())
            .orElseThrow(
                () ->
                    new BadMessageException(
                        "GStreamer has no caps for " + memory.layout() + "; say some"));
    if (!caps.equals(sentCaps)) {
      send(Message.caps(caps));
      sentCaps = caps;
    }
    long id = ++lastId;
    send(newBuffer(id, frame.sequence(), memory).encode(), memory.fd());
    held.put(id, new Held(frame, System.nanoTime()));
    state = stateNow();
  }

  private NewBuffer newBuffer(long id, long sequence, MappedMemory memory) {
    return new NewBuffer(
        id,
        System.nanoTime(), // CLOCK_MONOTONIC, as the protocol has it.
        NewBuffer.NONE,
        NewBuffer.NONE,
        sequence,
        sequence + 1,
        0,
        DmaBufs.isDmaBuf(memory.fd()),
        List.of(new NewBuffer.Memory(memory.layout().sizeBytes(), 0)),
        settings.metaOf(memory));
  }

  private void send(ByteBuffer message, int... descriptors) throws IOException {
    Sent sent = socket.trySend(message, descriptors);
    switch (sent) {
      case SENT -> {}
      case FULL -> throw new BadMessageException("it does not read what it is sent");
      case TOO_MANY ->
          throw new BadMessageException("too many descriptors of this user are under way");
      case ENDED -> throw new EndedException();
    }
  }

  /** The stream gives no more frames: the client is told so, and goes by itself. */
  private void finish(Throwable why) {
    if (!(why instanceof StreamStoppedException || why instanceof ClosedException)) {
      end(reason(why));
      return;
    }
    finish();
  }

  /** Tells the client that no frame follows. What it holds stays its own until it goes. */
  void finish() {
    if (ended || finished) {
      return;
    }
    finished = true;
    stopAsking();
    try {
      if (sentCaps.isEmpty()) { // A source that gets EOS first has no format to end with.
        settings
            .capsOf(settings.stream().spec().buffer().layout())
            .ifPresent(caps -> sentCaps = caps);
        if (!sentCaps.isEmpty()) {
          send(Message.caps(sentCaps));
        }
      }
      send(Message.eos());
    } catch (IOException e) {
      end(reason(e));
    }
  }

  private void stopAsking() {
    CompletableFuture<Frame> request = asked;
    if (request != null) {
      // A frame that is there already comes all the same, and is given back then.
      boolean unused = request.cancel(false);
    }
  }

  // ---- What the client sends ----

  private void read() {
    try {
      for (int i = 0; i < MESSAGES_A_TURN && !ended; i++) {
        Message message = reader.read(/* wait= */ false);
        if (message == null) {
          if (reader.ended()) {
            end("");
          }
          return;
        }
        receive(message);
      }
    } catch (RuntimeException | IOException e) {
      end(reason(e));
    }
  }

  private void receive(Message message) throws BadMessageException {
    switch (message.type()) {
      case Message.RELEASE -> release(message.releasedId());
      case Message.NEW_BUFFER, Message.CAPS ->
          throw new BadMessageException("a source sends no message of type " + message.type());
      default -> {} // The protocol may have grown.
    }
  }

  private void release(long id) throws BadMessageException {
    Held its = held.remove(id);
    if (its == null) {
      throw new BadMessageException("it released buffer " + id + ", which it does not hold");
    }
    state = stateNow();
    its.frame.close();
    ask();
  }

  // ---- Its end ----

  /**
   * When the client has held as many frames as it may for too long; empty if it may hold more.
   *
   * @return a time of {@link System#nanoTime}
   */
  OptionalLong evictedAt() {
    return held.size() < settings.mostHeld()
        ? OptionalLong.empty()
        : OptionalLong.of(held.values().iterator().next().since + settings.evictAfter().toNanos());
  }

  void evict() {
    end("it has released none of its " + held.size() + " frames for " + settings.evictAfter());
  }

  /**
   * Ends the connection, and gives everything back.
   *
   * @param why what the client did; empty if it went by itself
   */
  void end(String why) {
    if (ended) {
      return;
    }
    ended = true;
    if (!why.isEmpty()) {
      LOG.log(
          Level.WARNING,
          "a unixfd client was let go, " + device.name() + " (" + peer + "): " + why);
    }
    stopAsking();
    if (watch != null) {
      watch.close();
    }
    reader.close();
    socket.close();
    consumer.close();
    held.values().forEach(each -> each.frame.close());
    held.clear();
    device.close();
    loop.remove(this);
  }

  /** It went by itself, which is no fault. */
  private static final class EndedException extends IOException {
    private static final long serialVersionUID = 1;
  }

  /** Why it is let go; empty if it went by itself. */
  private static String reason(Throwable why) {
    if (why instanceof EndedException) {
      return "";
    }
    String text = why.getMessage();
    return text == null ? why.toString() : text;
  }
}
