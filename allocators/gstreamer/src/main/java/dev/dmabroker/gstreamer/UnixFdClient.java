package dev.dmabroker.gstreamer;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.PacketSocket.Sent;
import dev.dmabroker.allocators.linux.socket.StreamSocket;
import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Takes the frames of a GStreamer pipeline that ends in a {@code unixfdsink} (GStreamer 1.24 or
 * later), without a copy. Each memory of the pipeline's pool is adopted once as a buffer of a
 * broker, and stays where it is; it is known by its file when it comes again. Any number of
 * {@linkplain #consumer consumers} read the frames; a frame goes back to the pipeline when the last
 * of them has closed it. Thread-safe.
 *
 * <p>The client believes nothing that the sink says: a frame has to lie within its file, which is a
 * dma-buf, or a memfd that is sealed against being cut short, as GStreamer's own are. Whatever else
 * comes ends the connection, and {@link #problem} says why.
 */
public final class UnixFdClient implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(UnixFdClient.class.getName());

  /** The longest text of caps, and metas of all kinds, with which GStreamer describes a buffer. */
  private static final int MOST_PAYLOAD_BYTES = 1 << 16;

  /** How long the thread waits for consumers before it looks again; it is woken, too. */
  private static final Duration LONG = Duration.ofHours(1);

  private final StreamSocket socket;
  private final PipelineFrames frames;
  private final Thread thread;
  private final AtomicBoolean started = new AtomicBoolean();

  /** Is completed when the thread has ended. */
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  private volatile boolean closing;
  private volatile @Nullable String problem;

  private UnixFdClient(Broker broker, StreamSocket socket, Path path) {
    this.socket = socket;
    frames = PipelineFrames.of(broker);
    thread = new Thread(this::run, "unixfd from " + path.getFileName());
    thread.setDaemon(true);
  }

  /**
   * Connects to a sink. Does not wait for its first frame, and reads none before there is a
   * consumer.
   *
   * @param broker adopts the memory; it stays the application's, and is closed after the client
   * @param socket the {@code socket-path} of the sink
   * @return the client
   * @throws IOException if no sink listens there; the text says what is in the way
   */
  public static UnixFdClient connect(Broker broker, Path socket) throws IOException {
    Objects.requireNonNull(broker, "broker");
    return new UnixFdClient(broker, StreamSocket.connect(socket), socket);
  }

  /**
   * Attaches a consumer, which gets the frames that come from now on. While there is none, after
   * the first, frames go back at once.
   *
   * @param device of the broker; for memfds it has to be {@code cpuOnly}
   * @param policy what happens to frames while the consumer is slow
   * @return the consumer
   */
  public PipelineConsumer consumer(Device device, StreamConsumer.Policy policy) {
    PipelineConsumer consumer = frames.consumer(device, policy);
    if (started.compareAndSet(false, true)) {
      thread.start();
    }
    return consumer;
  }

  /** {@return whether no frame will come: the pipeline or this client has ended} */
  public boolean isEnded() {
    return frames.isEnded();
  }

  /** {@return why the connection was given up; empty if it goes on, or the pipeline has ended} */
  public Optional<String> problem() {
    return Optional.ofNullable(problem);
  }

  /**
   * Ends the connection. Frames that consumers hold stay valid until they are closed. Blocks until
   * the client's thread has ended, which is at once. A second call does nothing.
   */
  @Override
  public void close() {
    closing = true;
    socket.close();
    frames.end();
    if (started.compareAndSet(false, true)) {
      boolean unused = over.complete(null); // There is no thread to wait for.
    }
    if (thread != Thread.currentThread()) {
      Object unused =
          over.join(); // An interrupt does not cut the wait short, which is short itself.
    }
    frames.close();
  }

  // ---- The thread ----

  private void run() {
    try (MessageReader reader =
        new MessageReader(socket, MOST_PAYLOAD_BYTES, StreamSocket.MOST_DESCRIPTORS)) {
      String caps = "";
      while (!frames.isEnded()) {
        if (!frames.awaitRoom(LONG)) {
          continue; // What follows is left in the socket, so that the pipeline waits.
        }
        Message message = reader.read(/* wait= */ true);
        if (message == null || message.type() == Message.EOS) {
          return;
        }
        try {
          if (message.type() == Message.CAPS) {
            caps = message.capsText();
          } else if (message.type() == Message.NEW_BUFFER) {
            receive(message, caps);
          } else if (message.type() == Message.RELEASE) {
            throw new BadMessageException("a sink releases nothing");
          }
        } finally {
          message.closeDescriptors();
        }
      }
    } catch (IOException | RuntimeException | InterruptedException e) {
      giveUp(String.valueOf(e.getMessage()));
    } finally {
      frames.end();
      boolean unused = over.complete(null);
    }
  }

  private void giveUp(String why) {
    if (!closing) {
      problem = why;
      LOG.log(Level.WARNING, "the frames of a unixfdsink are not taken any more: " + why);
    }
    socket.close();
  }

  private void receive(Message message, String caps) throws IOException {
    NewBuffer buffer = NewBuffer.decode(message.payload());
    if (buffer.memories().size() != message.descriptors().size()) {
      throw new BadMessageException(
          "a buffer of "
              + buffer.memories().size()
              + " memories came with "
              + message.descriptors().size()
              + " descriptors");
    }
    if (buffer.memories().isEmpty()) {
      release(buffer.id());
      return;
    }
    if (buffer.memories().size() > 1) {
      throw new BadMessageException("a buffer has several memories, and one is understood");
    }
    try (Fd.Use use = message.descriptors().get(0).use()) {
      frames.offer(buffer.of(use.number(), caps), () -> release(buffer.id()));
    } catch (HeapException e) {
      throw new IOException(e);
    }
  }

  private void release(long id) {
    try {
      Sent sent = socket.trySend(Message.release(id));
      if (sent == Sent.FULL) {
        giveUp("the sink does not read releases");
      }
    } catch (IOException e) {
      giveUp(String.valueOf(e.getMessage()));
    }
  }
}
