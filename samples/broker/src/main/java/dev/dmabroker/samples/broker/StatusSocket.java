package dev.dmabroker.samples.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Tells the status to each process that connects, and then ends the connection. Only the service's
 * user and root may connect, and nothing that they send is read, so nothing can be changed here.
 */
final class StatusSocket implements AutoCloseable {
  /** Processes that read slowly hold up one another only when there are so many. */
  private static final int THREADS = 4;

  private final Path path;
  private final ServerSocketChannel channel;
  private final Supplier<String> status;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "dmabroker-status");
            thread.setDaemon(true);
            return thread;
          });

  private StatusSocket(Path path, ServerSocketChannel channel, Supplier<String> status) {
    this.path = path;
    this.channel = channel;
    this.status = status;
  }

  /**
   * Listens at a path from now on. A socket that is there is replaced: the caller has made sure
   * that no other service uses it.
   */
  static StatusSocket at(Path path, Supplier<String> status) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            .isOther()) {
      Files.delete(path);
    }
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot listen at " + path + ": " + e.getMessage(), e);
    }
    StatusSocket made = new StatusSocket(path, channel, status);
    for (int thread = 0; thread < THREADS; thread++) {
      made.threads.execute(made::serve);
    }
    return made;
  }

  private void serve() {
    while (channel.isOpen()) {
      try (SocketChannel client = channel.accept()) {
        ByteBuffer text = UTF_8.encode(status.get());
        while (text.hasRemaining()) {
          client.write(text);
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        // The process has gone; it asks again if it wants to know.
      }
    }
  }

  /** Asks a service. Blocks until it has answered. */
  static String ask(Path path) throws IOException {
    try (SocketChannel service = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      Channels.newInputStream(service).transferTo(text);
      return text.toString(UTF_8);
    }
  }

  @Override
  public void close() throws IOException {
    threads.shutdownNow();
    channel.close();
    Files.deleteIfExists(path);
  }
}
