package dev.dmabroker.remote.internal.service;

import dev.dmabroker.MappedMemory;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.FileId;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Memory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Knows which memory a client has descriptors of, so that each is sent once. Memory is told from
 * other memory by its file, which is not another's for as long as the client has a descriptor of
 * it. Thread-safe.
 */
final class SentMemory {
  private final String client;
  private final Map<FileId, Long> sent = new HashMap<>();
  private final Map<Long, FileId> files = new HashMap<>();
  private long last;

  SentMemory(String client) {
    this.client = client;
  }

  /**
   * What is sent of a memory.
   *
   * @param message names the descriptor, if there is one, as the first of its packet
   * @param descriptors none if the client has one
   */
  record Parcel(Memory message, List<Fd> descriptors) {
    void close() {
      descriptors.forEach(Fd::close);
    }
  }

  /** Says what memory this is. */
  synchronized Parcel parcel(MappedMemory memory) {
    Memory.Builder message =
        Memory.newBuilder()
            .setGeneration(memory.generation())
            .setHeap(memory.heapName())
            .setSizeBytes(memory.sizeBytes())
            .setLayout(Specs.write(memory.layout()));
    FileId file =
        FileId.of(memory.fd())
            .orElseThrow(() -> Exceptions.descriptor("the memory has no file to send"));
    Long known = sent.get(file);
    if (known != null) {
      return new Parcel(message.setMemory(known).build(), List.of());
    }
    Fd duplicate = new Fd(memory.dupFd(), "memory for client " + client);
    long number = ++last;
    sent.put(file, number);
    files.put(number, file);
    return new Parcel(message.setMemory(number).setHasDescriptor(true).build(), List.of(duplicate));
  }

  /** The client has no descriptor of this memory any more. */
  synchronized void forget(long memory) {
    FileId file = files.remove(memory);
    if (file != null) {
      sent.remove(file);
    }
  }
}
