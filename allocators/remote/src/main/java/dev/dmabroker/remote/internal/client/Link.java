package dev.dmabroker.remote.internal.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.allocators.linux.socket.PacketSocket;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Failures;
import dev.dmabroker.remote.internal.wire.Acknowledged;
import dev.dmabroker.remote.internal.wire.Asker;
import dev.dmabroker.remote.internal.wire.CallOff;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Welcome;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection to a service: sends requests, and gives each answer to the request that it
 * is for. One daemon thread receives. Thread-safe.
 */
public final class Link implements AutoCloseable {

  /** An answer, with the packet whose descriptors may be taken. */
  public record Answer(ToClient message, Packet packet) {}

  /** Makes a value of an answer, in the thread that receives; it must not block. */
  public interface Reader<T> {
    /** Reads the answer. */
    T read(Answer answer) throws BadMessageException;
  }

  private record Question<T>(Asked<T> asked, Reader<T> reader) {
    void answer(Answer answer) {
      T value;
      try {
        if (answer.message.hasFailure()) {
          asked.refused(Failures.read(answer.message.getFailure()));
          return;
        }
        value = reader.read(answer);
      } catch (BadMessageException e) {
        asked.refused(
            new IllegalStateException("the service's answer is no answer: " + e.getMessage(), e));
        return;
      } catch (Throwable e) {
        asked.refused(e);
        return;
      }
      asked.granted(value);
    }
  }

  /** The other end of the socket is closed. */
  private static final String OVER = "the service has ended";

  private final PacketSocket socket;
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, Question<?>> questions = new ConcurrentHashMap<>();
  private final Map<Long, ByteString> parts = new HashMap<>(); // Of the thread that receives.
  private final Events events = new Events(this);
  private final Executor callbacks;
  private final Memories memories = new Memories(this);
  private volatile @Nullable Words words;
  private volatile @Nullable String ended;

  /**
   * Receives from now on.
   *
   * @param callbacks runs the stages that the application chains to futures
   */
  public Link(PacketSocket socket, Executor callbacks) {
    this.socket = socket;
    this.callbacks = callbacks;
    Thread receiver = new Thread(this::receiveAll, "dmabroker-remote");
    receiver.setDaemon(true);
    receiver.start();
  }

  /**
   * Asks the service, for the caller that waits.
   *
   * @param request its number is set here
   * @param reader makes the value of the answer
   * @param descriptors stay the caller's, and have to be open until this returns
   * @return completes with what was read, or with what a local broker would have thrown
   */
  <T> Asked<T> ask(ToService.Builder request, Reader<T> reader, int... descriptors) {
    return ask(request, reader, unused -> {}, descriptors);
  }

  /**
   * Asks the service, for the caller that waits.
   *
   * @param unwanted gives back what comes after the request was called off; it must not block
   */
  <T> Asked<T> ask(
      ToService.Builder request,
      Reader<T> reader,
      Consumer<? super T> unwanted,
      int... descriptors) {
    return ask(request, reader, Runnable::run, unwanted, descriptors);
  }

  /**
   * Asks the service, for stages that the application chains.
   *
   * @param unwanted gives back what comes after the request was called off; it must not block
   */
  <T> Asked<T> askLater(ToService.Builder request, Reader<T> reader, Consumer<? super T> unwanted) {
    Asked<T> asked = ask(request, reader, callbacks, unwanted);
    CompletableFuture<?> unused =
        asked.whenComplete(
            (value, failure) -> {
              if (asked.isGivenUp()) {
                callOff(request.getNumber());
              }
            });
    return asked;
  }

  private <T> Asked<T> ask(
      ToService.Builder request,
      Reader<T> reader,
      Executor executor,
      Consumer<? super T> unwanted,
      int... descriptors) {
    long number = last.incrementAndGet();
    Asked<T> asked = new Asked<>(this, number, executor, unwanted);
    questions.put(number, new Question<>(asked, reader));
    String end = ended;
    if (end == null) {
      end = send(request.setNumber(number).build(), descriptors);
    }
    if (OVER.equals(end) && ended == null) {
      end = null; // The thread that receives is about to read why, and ends what was asked.
    }
    if (end != null && questions.remove(number) != null) {
      asked.refused(gone(end));
    }
    return asked;
  }

  /** Asks, and waits for the answer. */
  public <T> T get(ToService.Builder request, Reader<T> reader, int... descriptors) {
    return ask(request, reader, descriptors).await();
  }

  /** The answer to a request is not waited for any longer, if it has not come. */
  void callOff(long request) {
    if (questions.containsKey(request)) {
      tell(ToService.newBuilder().setCallOff(CallOff.newBuilder().setRequest(request)));
    }
  }

  /** Asks for something that has no other answer than that it was done, and waits for that. */
  public void order(ToService.Builder request, int... descriptors) {
    Object unused = get(request, answer -> answer, descriptors);
  }

  /**
   * Tells the service something to which no answer is needed. If the connection has ended, it does
   * nothing: the service has closed all by itself.
   */
  public void tell(ToService.Builder message) {
    String unused = send(message.setNumber(0).build());
  }

  private @Nullable String send(ToService request, int... descriptors) {
    ByteBuffer bytes = ByteBuffer.wrap(request.toByteArray());
    if (bytes.remaining() > PacketSocket.MOST_BYTES) {
      throw new IllegalArgumentException(
          request.getBodyCase()
              + " has "
              + bytes.remaining()
              + " bytes, and a message to a service at most "
              + PacketSocket.MOST_BYTES
              + "; ask for less at once");
    }
    try {
      Sent sent = socket.send(bytes, descriptors);
      return sent == Sent.SENT ? null : OVER;
    } catch (SocketFailure e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void receiveAll() {
    String why = OVER;
    try {
      while (true) {
        try (Packet packet = socket.receive()) {
          if (packet == null) {
            break;
          }
          if (packet.descriptors() > 0 || packet.descriptorsLost()) {
            acknowledge();
          }
          ToClient message = ToClient.parseFrom(packet.bytes());
          if (message.hasLettingGo()) {
            why = "the service let this client go: " + message.getLettingGo().getReason();
          } else {
            take(message, packet);
          }
        }
      }
    } catch (SocketFailure | InvalidProtocolBufferException | RuntimeException | Error e) {
      why = "the connection failed: " + e;
    }
    end(why);
  }

  private void acknowledge() {
    Acknowledged.Builder one = Acknowledged.newBuilder().setPackets(1);
    String unused = send(ToService.newBuilder().setAcknowledged(one).build());
  }

  private void take(ToClient message, Packet packet) throws InvalidProtocolBufferException {
    long number = message.getNumber();
    if (message.hasPart()) {
      ByteString whole =
          parts.getOrDefault(number, ByteString.EMPTY).concat(message.getPart().getPiece());
      if (!message.getPart().getLast()) {
        parts.put(number, whole);
        return;
      }
      parts.remove(number);
      take(ToClient.parseFrom(whole), packet);
    } else if (number == 0) {
      events.take(message, packet);
    } else {
      Question<?> question = questions.remove(number);
      if (question != null) {
        question.answer(new Answer(message, packet));
      }
    }
  }

  private void end(String why) {
    ended = why;
    socket.close();
    for (Long number : List.copyOf(questions.keySet())) {
      Question<?> question = questions.remove(number);
      if (question != null) {
        question.asked().refused(gone(why));
      }
    }
    events.disconnected();
    Words words = this.words;
    if (words != null) {
      words.disconnected();
    }
    memories.disconnected();
  }

  private static RuntimeException gone(String why) {
    return Exceptions.closed(why + "; connect again");
  }

  /** Counts mappings in a page from now on, if the service has sent one with its welcome. */
  public void count(Welcome welcome, Packet packet) throws BadMessageException {
    words = Words.of(this, welcome, packet);
  }

  /** The words in which mappings are counted; null if they are made by messages. */
  @Nullable Words words() {
    return words;
  }

  /** The calling thread, which is about to wait for an answer, and what it has mapped. */
  Asker.Builder asker() {
    Thread thread = Thread.currentThread();
    String name = thread.getName();
    Words counted = words;
    return Asker.newBuilder()
        .setThread(thread.getId())
        .setName(name.substring(0, Math.min(64, name.length())))
        .addAllHolds(counted == null ? List.of() : counted.heldBy(thread));
  }

  /** What the service tells without having been asked. */
  public Events events() {
    return events;
  }

  /** Runs the stages that the application chains to futures. */
  Executor callbacks() {
    return callbacks;
  }

  /** The memory that the service has sent. */
  Memories memories() {
    return memories;
  }

  /** Whether the connection has ended. */
  public boolean isEnded() {
    return ended != null;
  }

  /** Ends the connection; what was asked and not answered fails. */
  @Override
  public void close() {
    end("this client has closed the connection");
  }
}
