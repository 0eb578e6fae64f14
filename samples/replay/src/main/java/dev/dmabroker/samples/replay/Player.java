package dev.dmabroker.samples.replay;

import dev.dmabroker.AllocationException;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.Access;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Does to a broker what a trace says, when it says it. Never waits for the broker: a map that is
 * not granted when its end has come is late, and cancelled. Its end is where the trace unmaps it,
 * or else the trace's deadline after its beginning. One thread plays, once.
 */
final class Player implements Operation.Visitor {
  private final Broker broker;
  private final List<Operation> operations;
  private final Pacer pacer;
  private final Tally tally;
  private final ObjLongConsumer<String> others;
  private final Map<String, Device> devices = new HashMap<>();
  private final Map<String, SharedBuffer> buffers = new HashMap<>();
  private final Map<Interest, Attachment> attachments = new HashMap<>();
  private final Map<String, Flight> flights = new HashMap<>();
  private final AtomicInteger pending = new AtomicInteger();

  /** A device's in a buffer. */
  private record Interest(String buffer, String device) {}

  /** A map that has begun; without a future if it could not even be asked for. */
  private record Flight(Access access, @Nullable CompletableFuture<Mapping> future) {}

  /**
   * Makes a player.
   *
   * @param others has programs that do not use the broker hold so many bytes of the heap of a name
   */
  Player(Broker broker, Trace trace, Pacer pacer, Tally tally, ObjLongConsumer<String> others) {
    this.broker = broker;
    this.operations = withEnds(trace);
    this.pacer = pacer;
    this.tally = tally;
    this.others = others;
  }

  /** Every map's end, in the order of their times. */
  private static List<Operation> withEnds(Trace trace) {
    Set<String> unmapped = new HashSet<>();
    for (Operation each : trace.operations()) {
      if (each instanceof Operation.Unmap unmap) {
        unmapped.add(unmap.mapping());
      }
    }
    List<Operation> all = new ArrayList<>(trace.operations());
    for (Operation each : trace.operations()) {
      if (each instanceof Operation.Map map && !unmapped.contains(map.mapping())) {
        all.add(new Operation.Unmap(map.micros() + trace.deadlineMicros(), map.mapping()));
      }
    }
    all.sort(Comparator.comparingLong(Operation::micros));
    return all;
  }

  /** Plays all of it. */
  void play() {
    for (Operation each : operations) {
      pacer.await(each.micros());
      each.accept(this);
    }
  }

  /** Maps that are neither granted nor failed. From any thread. */
  int pending() {
    return pending.get();
  }

  @Override
  public void register(Operation.Register register) {
    Device before = devices.remove(register.device());
    if (before != null) {
      before.close();
    }
    devices.put(register.device(), broker.register(register.spec()));
  }

  @Override
  public void export(Operation.Export export) {
    buffers.put(export.buffer(), broker.export(export.buffer(), export.spec()));
  }

  @Override
  public void attach(Operation.Attach attach) {
    SharedBuffer buffer = buffers.get(attach.buffer());
    Device device = devices.get(attach.device());
    if (buffer == null || device == null) {
      throw new IllegalStateException("no such buffer or device: " + attach.text());
    }
    try {
      attachments.put(new Interest(attach.buffer(), attach.device()), buffer.attach(device));
    } catch (UnsatisfiableException e) {
      tally.refused(); // The contents lie as the device cannot take them; its maps are late.
    }
  }

  @Override
  public void map(Operation.Map map) {
    Attachment attachment = attachments.get(new Interest(map.buffer(), map.device()));
    if (attachment == null) {
      flights.put(map.mapping(), new Flight(map.access(), null));
      return;
    }
    pending.incrementAndGet();
    CompletableFuture<Mapping> future = attachment.mapAsync(map.access());
    flights.put(map.mapping(), new Flight(map.access(), future));
    CompletableFuture<?> unused =
        future.whenComplete(
            (mapping, failure) -> {
              if (failure != null && foundNoRoom(failure)) {
                tally.refused();
              }
              pending.decrementAndGet();
            });
  }

  private static boolean foundNoRoom(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof AllocationException) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void unmap(Operation.Unmap unmap) {
    Flight flight = flights.remove(unmap.mapping());
    if (flight == null) {
      throw new IllegalStateException("no such map: " + unmap.text());
    }
    CompletableFuture<Mapping> future = flight.future();
    if (future == null || future.cancel(false)) {
      tally.late(flight.access().writes());
      return;
    }
    Mapping mapping;
    try {
      mapping = future.join();
    } catch (CompletionException e) { // Too late to cancel, yet not granted; the tally has why.
      tally.late(flight.access().writes());
      return;
    }
    mapping.close();
  }

  @Override
  public void detach(Operation.Detach detach) {
    Attachment attachment = attachments.remove(new Interest(detach.buffer(), detach.device()));
    if (attachment != null) {
      attachment.close();
    }
  }

  @Override
  public void close(Operation.Close close) {
    SharedBuffer buffer = buffers.remove(close.buffer());
    if (buffer != null) {
      buffer.close();
    }
  }

  @Override
  public void others(Operation.Others holding) {
    others.accept(holding.heap(), holding.bytes());
  }
}
