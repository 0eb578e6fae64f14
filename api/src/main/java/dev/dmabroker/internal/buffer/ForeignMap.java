package dev.dmabroker.internal.buffer;

import dev.dmabroker.BrokerException;
import dev.dmabroker.Mapping;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.ForeignCaller;
import dev.dmabroker.internal.runtime.WaitGraph;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A map that a thread of another process waits for. No thread of this JVM is parked meanwhile, but
 * the wait counts as one of that thread: so a wait that could only end after itself is refused,
 * also where it leads through several processes.
 */
final class ForeignMap {
  private final ForeignCaller asker;
  private final MapRequest request;
  private final WaitGraph waits;

  private ForeignMap(ForeignCaller asker, MapRequest request) {
    this.asker = asker;
    this.request = request;
    this.waits = request.life.services().waits();
  }

  /** Asks for the map, after the gate did not let it in. */
  static CompletableFuture<Mapping> ask(
      BufferLife life,
      ForeignCaller asker,
      AttachedDevice attachment,
      Access access,
      Duration timeout) {
    MapRequest request = new MapRequest(life, attachment, access, asker.caller());
    return new ForeignMap(asker, request).begin(timeout);
  }

  private CompletableFuture<Mapping> begin(Duration timeout) {
    asker.beginWait();
    try {
      request.submit();
    } catch (BrokerException | VirtualMachineError e) {
      asker.endWait();
      throw e;
    }
    try {
      waits.park(asker.caller(), request);
      request.waiting().then((granted, failure) -> end()); // It may have been told meanwhile.
      MapFuture future = MapFuture.of(request);
      request.expireAfter(timeout);
      return future;
    } catch (VirtualMachineError e) {
      request.abandon();
      end();
      throw e;
    }
  }

  private void end() {
    waits.unpark(asker.caller(), request);
    asker.endWait();
  }
}
