package dev.dmabroker.remote.internal.service;

import dev.dmabroker.MappedMemory;
import dev.dmabroker.allocators.linux.Fd;
import dev.dmabroker.allocators.linux.FileId;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.remote.internal.value.Specs;
import dev.dmabroker.remote.internal.wire.Memory;
import dev.dmabroker.spi.HeapException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Knows which memory a client has descriptors of, so that each is sent once. Memory is told from
 * other memory by its file, which is not another's for as long as its {@link Witness} is there.
 * Thread-safe.
 */
final class SentMemory {
  private final String client;
  private final MemoryAccount account;
  private final Map<FileId, Sent> sent = new HashMap<>();
  private final Map<Long, FileId> files = new HashMap<>();

  /** What the client said to have closed, until that is so or the broker has given it back. */
  private final Map<Sent, FileId> forgotten = new HashMap<>();

  private long last;
  private boolean closed;

  /** Memory that the client has, or had. */
  private record Sent(long number, Witness witness, long sizeBytes) {}

  SentMemory(String client, MemoryAccount account) {
    this.client = client;
    this.account = account;
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

  /**
   * Says what memory this is.
   *
   * @throws dev.dmabroker.ClosedException if it ends meanwhile, or the client has gone
   */
  synchronized Parcel parcel(MappedMemory memory) {
    if (closed) {
      throw Exceptions.closed("client " + client + " has gone");
    }
    Memory.Builder message =
        Memory.newBuilder()
            .setGeneration(memory.generation())
            .setHeap(memory.heapName())
            .setSizeBytes(memory.sizeBytes())
            .setLayout(Specs.write(memory.layout()));
    FileId file =
        FileId.of(memory.fd())
            .orElseThrow(() -> Exceptions.descriptor("the memory has no file to send"));
    Sent known = sent.get(file);
    if (known != null) {
      requireOpen(memory);
      return new Parcel(message.setMemory(known.number).build(), List.of());
    }
    return first(file, memory, message);
  }

  /**
   * Refuses memory that has ended since it was asked for its descriptor, whose number may have been
   * given to other memory by then.
   */
  private static void requireOpen(MappedMemory memory) {
    if (!memory.isOpen()) {
      throw Exceptions.closed(memory + " ended before its memory could be sent");
    }
  }

  private Parcel first(FileId file, MappedMemory memory, Memory.Builder message) {
    String what = "memory for client " + client;
    try {
      Witness witness = Witness.of(memory.fd(), what);
      try {
        requireOpen(memory);
        Fd descriptor = witness.forClient(what);
        long number = ++last;
        sent.put(file, new Sent(number, witness, memory.sizeBytes()));
        files.put(number, file);
        return new Parcel(
            message.setMemory(number).setHasDescriptor(true).build(), List.of(descriptor));
      } catch (HeapException | RuntimeException | Error e) {
        witness.close();
        throw e;
      }
    } catch (HeapException e) {
      throw Exceptions.descriptor("cannot send " + what, e);
    }
  }

  /**
   * The client says that it closes its descriptor of this memory, so that the next one is sent
   * anew. Whether it has closed it, the witness tells.
   */
  synchronized void forget(long memory) {
    FileId file = files.remove(memory);
    Sent known = file == null ? null : sent.remove(file);
    if (known != null) {
      forgotten.put(known, file);
    }
  }

  /**
   * Looks which memory the broker has given back. What of it the client has kept is charged to it.
   *
   * @param open the memory that this process has open by other descriptors than the witnesses'
   * @param mark of the memory that was sent before {@code open} was looked at
   */
  synchronized void sweep(Set<FileId> open, long mark) {
    for (FileId file : Set.copyOf(sent.keySet())) {
      Sent known = sent.get(file);
      if (known != null && known.number <= mark && !open.contains(file)) {
        sent.remove(file);
        files.remove(known.number);
        account.linger(known.witness, known.sizeBytes);
      }
    }
    forgotten
        .entrySet()
        .removeIf(
            each -> {
              Sent known = each.getKey();
              boolean givenBack = !open.contains(each.getValue());
              if (givenBack) {
                account.linger(known.witness, known.sizeBytes);
              } else if (known.witness.isUsedByBrokerAlone()) {
                known.witness.close();
                return true;
              }
              return givenBack;
            });
  }

  /** Adds the numbers of the witnesses' descriptors, and returns the number of the last memory. */
  synchronized long mark(Set<Integer> witnesses) {
    for (Sent each : sent.values()) {
      witnesses.add(each.witness.number());
    }
    for (Sent each : forgotten.keySet()) {
      witnesses.add(each.witness.number());
    }
    account.addWitnesses(witnesses);
    return last;
  }

  /** The client is gone, and is sent nothing any more. */
  synchronized void close() {
    closed = true;
    sent.values().forEach(each -> each.witness.close());
    forgotten.keySet().forEach(each -> each.witness.close());
    sent.clear();
    forgotten.clear();
    files.clear();
  }
}
