package dev.dmabroker.metrics;

import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.AttachRefused;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BufferMove;
import dev.dmabroker.event.HeapRefusal;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.event.LeakFound;
import dev.dmabroker.event.MapStalled;
import dev.dmabroker.event.MemoryAllocated;

/**
 * Writes a broker's allocations, stalls, moves, refusals, leaks and changes of heaps to Java Flight
 * Recorder, as events named {@code dmabroker.*}. Give it to {@link
 * dev.dmabroker.BrokerBuilder#listener}. It costs next to nothing while no recording runs, and
 * mapping a settled buffer makes no event. {@code docs/flight.md} shows what {@code jfr print}
 * makes of the events. Thread-safe.
 *
 * <p>An event is written when the listener is told. If it is told in place ({@link
 * dev.dmabroker.event.Delivery#IN_PLACE}), that is at once, with the stack of the thread that did
 * the work; the recorder then costs that thread some microseconds an event.
 */
public final class FlightEvents implements BrokerListener {

  /**
   * Makes a listener, for one broker or for several. If a recording runs, this has the recorder set
   * up the events, which may take seconds, so that no event has to.
   */
  public FlightEvents() {
    BrokerEvent.setUp();
  }

  @Override
  public void allocated(MemoryAllocated event) {
    BrokerEvent.Allocation flight = new BrokerEvent.Allocation();
    if (flight.isEnabled()) {
      flight.buffer = event.buffer();
      flight.heap = event.heap();
      flight.size = event.sizeBytes();
      flight.took = Nanos.of(event.took());
      flight.commit();
    }
  }

  @Override
  public void stalled(MapStalled event) {
    BrokerEvent.Stall flight = new BrokerEvent.Stall();
    if (flight.isEnabled()) {
      flight.buffer = event.buffer();
      flight.device = event.device();
      flight.waited = Nanos.of(event.waited());
      flight.granted = event.granted();
      flight.commit();
    }
  }

  @Override
  public void moved(BufferMove event) {
    BrokerEvent.Move flight = new BrokerEvent.Move();
    if (flight.isEnabled()) {
      flight.of(event).commit();
    }
  }

  @Override
  public void moveRolledBack(BufferMove event) {
    moved(event);
  }

  @Override
  public void heapRefused(HeapRefusal event) {
    BrokerEvent.HeapRefusal flight = new BrokerEvent.HeapRefusal();
    if (flight.isEnabled()) {
      flight.buffer = event.buffer();
      flight.heap = event.heap();
      flight.size = event.sizeBytes();
      flight.kind = event.kind().name();
      flight.reason = event.reason();
      flight.commit();
    }
  }

  @Override
  public void heapsChanged(HeapsChanged event) {
    BrokerEvent.HeapsChanged flight = new BrokerEvent.HeapsChanged();
    if (flight.isEnabled()) {
      flight.of(event).commit();
    }
  }

  @Override
  public void refused(AttachRefused event) {
    BrokerEvent.AttachRefusal flight = new BrokerEvent.AttachRefusal();
    if (flight.isEnabled()) {
      flight.buffer = event.buffer();
      flight.device = event.device();
      flight.reason = event.explanation().getMessage();
      flight.commit();
    }
  }

  @Override
  public void leaked(LeakFound event) {
    BrokerEvent.Leak flight = new BrokerEvent.Leak();
    if (flight.isEnabled()) {
      flight.of(event).commit();
    }
  }

  @Override
  public void accessViolated(AccessViolation event) {
    BrokerEvent.AccessViolation flight = new BrokerEvent.AccessViolation();
    if (flight.isEnabled()) {
      flight.of(event).commit();
    }
  }
}
