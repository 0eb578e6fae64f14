package dev.dmabroker.gstreamer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.FileId;
import dev.dmabroker.allocators.linux.socket.StreamSocket;
import dev.dmabroker.spi.HeapException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** What a unixfdsrc does, and what it would never do. */
final class Source implements AutoCloseable {
  final StreamSocket socket;
  private final MessageReader reader;
  String caps = "";

  Source(Path path) throws IOException {
    socket = StreamSocket.connect(path);
    reader = new MessageReader(socket, 1 << 16, 16);
  }

  /** A buffer that came, with its descriptor. */
  record Got(NewBuffer buffer, Fd memory) implements AutoCloseable {
    byte[] bytes() throws IOException {
      NewBuffer.Memory part = buffer.memories().get(0);
      try (Fd.Use use = memory.use();
          FileChannel file = FileChannel.open(Path.of("/proc/self/fd/" + use.number()))) {
        ByteBuffer bytes = ByteBuffer.allocate((int) part.sizeBytes());
        assertEquals(bytes.capacity(), file.read(bytes, part.offsetBytes()));
        return bytes.array();
      } catch (HeapException e) {
        throw new IOException(e);
      }
    }

    FileId file() throws HeapException {
      try (Fd.Use use = memory.use()) {
        return FileId.of(use.number()).orElseThrow();
      }
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  Message message() throws IOException {
    Message message = reader.read(/* wait= */ true);
    if (message == null) {
      throw new IOException("the server has ended the connection");
    }
    return message;
  }

  /** The next buffer; caps before it are noted. */
  Got buffer() throws IOException {
    Message message = message();
    while (message.type() == Message.CAPS) {
      caps = message.capsText();
      message = message();
    }
    assertEquals(Message.NEW_BUFFER, message.type());
    assertEquals(1, message.descriptors().size());
    return new Got(NewBuffer.decode(message.payload()), message.descriptors().get(0));
  }

  void release(long id) throws IOException {
    send(Message.release(id));
  }

  void send(ByteBuffer bytes, int... descriptors) throws IOException {
    socket.send(bytes, descriptors);
  }

  /** Reads until the server ends the connection, which has to be soon. */
  void requireEnd() throws IOException {
    for (Message each = reader.read(true); each != null; each = reader.read(true)) {
      each.closeDescriptors();
    }
    assertNull(reader.read(true));
  }

  @Override
  public void close() {
    reader.close();
    socket.close();
  }
}
