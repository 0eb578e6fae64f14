package dev.dmabroker.remote.internal.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.dmabroker.Mapping;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.socket.Packet;
import dev.dmabroker.remote.internal.socket.PacketSocket;
import dev.dmabroker.remote.internal.socket.PacketSocket.Sent;
import dev.dmabroker.remote.internal.socket.SocketFailure;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.remote.internal.value.Failures;
import dev.dmabroker.remote.internal.wire.Acknowledged;
import dev.dmabroker.remote.internal.wire.CallOff;
import dev.dmabroker.remote.internal.wire.ToClient;
import dev.dmabroker.remote.internal.wire.ToService;
import dev.dmabroker.remote.internal.wire.Welcome;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
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

  private record Question<T>(CompletableFuture<T> future, Reader<T> reader) {
    void answer(Answer answer) {
      try {
        if (answer.message.hasFailure()) {
          future.completeExceptionally(Failures.read(answer.message.getFailure()));
        } else {
          T value = reader.read(answer);
          if (!future.complete(value) && value instanceof Mapping late) {
            late.close(); // The asker has given up meanwhile.
          }
        }
      } catch (BadMessageException e) {
        future.completeExceptionally(
            new IllegalStateException("the service's answer is no answer: " + e.getMessage(), e));
      } catch (Throwable e) {
        future.completeExceptionally(e);
      }
    }
  }

  private static final System.Logger LOG = System.getLogger(Link.class.getName());

  /** The other end of the socket is closed. */
  private static final String OVER = "the service has ended";

  private final PacketSocket socket;
  private final AtomicLong last = new AtomicLong();
  private final Map<Long, RemoteConsumer> consumers = new ConcurrentHashMap<>();
  private final Map<Long, Question<?>> questions = new ConcurrentHashMap<>();
  private final Map<Long, ByteString> parts = new HashMap<>(); // Of the thread that receives.
  private final BiConsumer<ToClient, Packet> events;
  private final Memories memories = new Memories(this);
  private volatile @Nullable Words words;
  private volatile @Nullable String ended;

  /**
   * Receives from now on.
   *
   * @param events is given what the service tells without having been asked
   */
  public Link(PacketSocket socket, BiConsumer<ToClient, Packet> events) {
    this.socket = socket;
    this.events = events;
    Thread receiver = new Thread(this::receiveAll, "dmabroker-remote");
    receiver.setDaemon(true);
    receiver.start();
  }

  /**
   * Asks the service.
   *
   * @param request its number is set here
   * @param reader makes the value of the answer
   * @param descriptors stay the caller's, and have to be open until this returns
   * @return completes with what was read, or with what a local broker would have thrown; if it is
   *     cancelled, the service is told that the answer is waited for no more
   */
  public <T> CompletableFuture<T> ask(
      ToService.Builder request, Reader<T> reader, int... descriptors) {
    long number = last.incrementAndGet();
    CompletableFuture<T> future = new CompletableFuture<>();
    questions.put(number, new Question<>(future, reader));
    String end = ended;
    if (end == null) {
      end = send(request.setNumber(number).build(), descriptors);
    }
    if (OVER.equals(end) && ended == null) {
      end = null; // The thread that receives is about to read why, and ends what was asked.
    }
    if (end != null && questions.remove(number) != null) {
      future.completeExceptionally(gone(end));
    }
    future.whenComplete(
        (value, thrown) -> {
          if (future.isCancelled()) {
            CallOff.Builder callOff = CallOff.newBuilder().setRequest(number);
            tell(ToService.newBuilder().setCallOff(callOff));
          }
        });
    return future;
  }

  /** Asks, and waits for the answer. */
  public <T> T get(ToService.Builder request, Reader<T> reader, int... descriptors) {
    try {
      return ask(request, reader, descriptors).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw e;
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

  /** Gives a consumer what the service sends to it. */
  void consume(long identity, RemoteConsumer consumer) {
    consumers.put(identity, consumer);
  }

  void forgetConsumer(long identity) {
    consumers.remove(identity);
  }

  private void event(ToClient message, Packet packet) {
    try {
      switch (message.getBodyCase()) {
        case FRAME_READY -> {
          RemoteConsumer consumer = consumers.get(message.getFrameReady().getConsumer());
          if (consumer != null) {
            consumer.take(message.getFrameReady(), packet);
          }
        }
        case STREAM_ENDED -> {
          RemoteConsumer consumer = consumers.get(message.getStreamEnded().getConsumer());
          if (consumer != null) {
            consumer.end(message.getStreamEnded().getWhy());
          }
        }
        case RECALL -> {
          Words its = words;
          if (its != null) {
            its.recalled(message.getRecall());
          }
        }
        default -> events.accept(message, packet);
      }
    } catch (BadMessageException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "what the service told could not be taken", e);
    }
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
      event(message, packet);
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
    for (Long number : questions.keySet()) {
      Question<?> question = questions.remove(number);
      if (question != null) {
        question.future().completeExceptionally(gone(why));
      }
    }
    consumers.values().forEach(each -> each.disconnected(gone(why)));
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
