package dev.dmabroker.remote.internal.service;

import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.socket.FileKind;
import dev.dmabroker.allocators.linux.socket.Packet;
import dev.dmabroker.allocators.linux.socket.SocketFailure;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.value.BadMessageException;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.HeapException;
import java.util.function.Consumer;

/** A fence that came with a packet: a sync file, and nothing else. Not thread-safe. */
final class IncomingFence implements AutoCloseable {
  private final Fd fd;

  private IncomingFence(Fd fd) {
    this.fd = fd;
  }

  /**
   * Takes a fence out of a packet.
   *
   * @param what the fence is of, for errors
   * @throws BadMessageException if it is not there, or no sync file
   */
  static IncomingFence take(Packet packet, int index, String what) throws BadMessageException {
    Fd fd = packet.take(index);
    if (fd == null) {
      throw new BadMessageException(
          "the fence is missing with which " + what + " came: descriptor " + index);
    }
    try {
      FileKind.requireSyncFile(fd);
      return new IncomingFence(fd);
    } catch (SocketFailure e) {
      fd.close();
      throw new BadMessageException("the fence of " + what + " is none: " + e.getMessage());
    }
  }

  /** Gives the fence to the broker, which owns it unless it throws. */
  void handOver(Consumer<SyncFile> broker) {
    int number;
    try (Fd.Use use = fd.use()) {
      number = use.dup();
    } catch (HeapException e) {
      throw Exceptions.descriptor("cannot take the fence over", e);
    }
    boolean taken = false;
    try {
      broker.accept(new SyncFile(number));
      taken = true;
    } finally {
      if (!taken) {
        new Fd(number, "a fence that was refused").close();
      }
    }
  }

  @Override
  public void close() {
    fd.close();
  }
}
