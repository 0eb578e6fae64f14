package dev.dmabroker.internal.broker;

import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.internal.buffer.BufferRegistry;
import dev.dmabroker.internal.device.DeviceRegistry;
import dev.dmabroker.internal.heap.FoundHeaps;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.heap.HeapDiscovery;
import dev.dmabroker.internal.placement.HeapTable;
import dev.dmabroker.internal.placement.Planner;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Guarded;
import dev.dmabroker.internal.runtime.Lane;
import dev.dmabroker.internal.runtime.OneAtATime;
import dev.dmabroker.internal.services.Services;
import java.lang.System.Logger.Level;

/**
 * Has heaps join the broker and leave it while it runs. One thread at a time looks for heaps and
 * has devices try those that are new, without any lock, as both is foreign code. Then one write
 * shows a new table of heaps to all searches that begin afterwards: until that write nothing has
 * happened, and after it all that follows is done whatever is thrown. A search keeps the table that
 * it began with, and a heap that it finds vanished refuses like a heap that is full. This class is
 * thread-safe.
 */
final class Rescans {
  private static final String INTENT = "look for heaps";

  private final Services services;
  private final HeapDiscovery discovery;
  private final Planner planner;
  private final DeviceRegistry devices;
  private final BufferRegistry buffers;
  private final OneAtATime turn;

  /** Writes into the log, whose appender may hold up the thread that calls it. */
  private final Lane lane = new Lane("heap-log", /* room= */ 64);

  /** Called when heaps have joined, after buffers were told. */
  private final Runnable joined;

  Rescans(
      Services services,
      HeapDiscovery discovery,
      Planner planner,
      DeviceRegistry devices,
      BufferRegistry buffers,
      Runnable joined) {
    this.services = services;
    this.discovery = discovery;
    this.planner = planner;
    this.devices = devices;
    this.buffers = buffers;
    this.joined = joined;
    this.turn = new OneAtATime(services.lifecycle(), services.time());
  }

  /** Looks for heaps; see {@link dev.dmabroker.Broker#rescan}. */
  HeapsChanged run() {
    return turn.run(INTENT, this::look);
  }

  /** Has threads that wait for their turn see that the broker is closed. */
  void wake() {
    turn.wake();
  }

  private HeapsChanged look() {
    Following following;
    try {
      FoundHeaps before = planner.table().found();
      FoundHeaps found = discovery.findAgain(before);
      if (found.isLike(before)) {
        return found.change(); // All that was worked out for the heaps stays.
      }
      HeapTable table = new HeapTable(found);
      following = new Following(found);
      // A device that is registered meanwhile has to try the new heaps, too.
      do {
        devices.learn(table.accounts());
      } while (!publish(table));
    } catch (Throwable e) {
      discovery.abandon();
      throw e;
    }
    Guarded.insist("what follows a look for heaps", following);
    return following.change;
  }

  /** Shows the heaps to all that begins now, unless there is a device that does not know them. */
  private boolean publish(HeapTable table) {
    return services
        .lifecycle()
        .whileOpen(
            INTENT,
            () -> {
              if (!devices.know(table.accounts())) {
                return false;
              }
              planner.use(table); // This comes last, as it cannot be undone.
              return true;
            });
  }

  /** Does what follows from a look. It may begin again. */
  private final class Following implements Runnable {
    private final FoundHeaps found;
    private final HeapsChanged change;
    private boolean told;

    Following(FoundHeaps found) {
      this.found = found;
      this.change = found.change();
    }

    @Override
    public void run() {
      // Heaps are closed here, without a lock, if no memory of theirs is out.
      found.vanished().forEach(each -> each.heap().vanish(each.why().reason()));
      services.workers().grow(HeapDiscovery.workersKept(found));
      if (!told && !change.isEmpty()) {
        told = true;
        services.listeners().tell(listener -> listener.heapsChanged(change));
        boolean unused = lane.offer(() -> log(found));
      }
      found.vanished().forEach(each -> each.heap().turns().dismiss());
      if (!found.joined().isEmpty()) {
        buffers.heapsJoined();
        joined.run();
      }
    }
  }

  private static void log(FoundHeaps found) {
    for (HeapAccount heap : found.joined()) {
      EngineLog.LOG.log(Level.INFO, "heap joined: " + heap.describe());
    }
    for (FoundHeaps.Vanished each : found.vanished()) {
      EngineLog.LOG.log(
          Level.WARNING,
          "heap "
              + each.why().heap()
              + " vanished: "
              + each.why().reason()
              + "; it gives no more memory"
              + each.heap().describeLeft()
              + "; "
              + each.why().remedy());
    }
    found.refusals().forEach(line -> EngineLog.LOG.log(Level.WARNING, "heap " + line));
  }
}
