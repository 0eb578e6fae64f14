package dev.dmabroker.metrics;

import dev.dmabroker.Holder;
import dev.dmabroker.spi.HeapProvider.Closed;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * The events that Flight Recorder keeps. An event is written when the step that it tells of is
 * over. The time that the step took is a field, because a recording's own durations cannot begin in
 * the past. The flight recorder reads the fields.
 */
@Category("dma-buf broker")
@StackTrace(false)
abstract class BrokerEvent extends Event {
  private BrokerEvent() {}

  /**
   * Has the flight recorder set up every kind of event. While a recording runs that takes it up to
   * seconds on a slow machine, for each kind when its first event is made.
   */
  static void setUp() {
    List<Event> each =
        List.of(
            new Allocation(),
            new Stall(),
            new Move(),
            new HeapRefusal(),
            new HeapsChanged(),
            new AttachRefusal(),
            new Leak(),
            new AccessViolation());
    each.forEach(Event::isEnabled);
  }

  @Label("Buffer")
  @Nullable String buffer;

  @Name("dmabroker.Allocation")
  @Label("Allocation")
  @Description("A buffer got its first memory")
  @StackTrace
  static final class Allocation extends BrokerEvent {
    @Label("Heap")
    @Nullable String heap;

    @Label("Size")
    @DataAmount
    long size;

    @Label("Took")
    @Timespan(Timespan.NANOSECONDS)
    long took;
  }

  @Name("dmabroker.Stall")
  @Label("Stall")
  @Description("A map had to wait")
  @StackTrace
  static final class Stall extends BrokerEvent {
    @Label("Device")
    @Nullable String device;

    @Label("Waited")
    @Timespan(Timespan.NANOSECONDS)
    long waited;

    @Label("Granted")
    boolean granted;
  }

  @Name("dmabroker.Move")
  @Label("Move")
  @Description("A buffer moved, or did not")
  static final class Move extends BrokerEvent {
    @Label("From")
    @Nullable String from;

    @Label("To")
    @Nullable String to;

    @Label("Cause")
    @Nullable String cause;

    @Label("For")
    @Description("The device that needed it; if it made room, the buffer that the room is for")
    @Nullable String beneficiary;

    @Label("Generation")
    long generation;

    @Label("Attempt")
    int attempt;

    @Label("Copied")
    @DataAmount
    long copied;

    @Label("Prepare")
    @Description("Memory was sought, while maps went on")
    @Timespan(Timespan.NANOSECONDS)
    long prepare;

    @Label("Stall")
    @Description("New maps waited")
    @Timespan(Timespan.NANOSECONDS)
    long stall;

    @Label("Drain")
    @Description("The part of the stall that waited for mappings and fences")
    @Timespan(Timespan.NANOSECONDS)
    long drain;

    @Label("Copy")
    @Description("The part of the stall that copied")
    @Timespan(Timespan.NANOSECONDS)
    long copy;

    @Label("Failure")
    @Description("Why it was rolled back; null if it was not")
    @Nullable String failure;

    @Label("Holders")
    @Description("The mappings that held it up at the deadline")
    @Nullable String holders;

    Move of(dev.dmabroker.event.BufferMove move) {
      buffer = move.buffer();
      from = move.from();
      to = move.to().orElse(null);
      cause = move.cause().name();
      beneficiary = move.beneficiary();
      generation = move.generation();
      attempt = move.attempt();
      copied = move.copiedBytes();
      prepare = Nanos.of(move.prepare());
      stall = Nanos.of(move.stall());
      drain = Nanos.of(move.drain());
      copy = Nanos.of(move.copy());
      failure = move.failure().orElse(null);
      holders = move.holders().isEmpty() ? null : Holder.describe(move.holders());
      return this;
    }
  }

  @Name("dmabroker.HeapRefusal")
  @Label("Heap Refusal")
  @Description("A heap gave no memory")
  @StackTrace
  static final class HeapRefusal extends BrokerEvent {
    @Label("Heap")
    @Nullable String heap;

    @Label("Size")
    @DataAmount
    long size;

    @Label("Kind")
    @Nullable String kind;

    @Label("Reason")
    @Nullable String reason;
  }

  @Name("dmabroker.HeapsChanged")
  @Label("Heaps Changed")
  @Description("Heaps joined the broker, vanished, or do not open")
  @Category("dma-buf broker")
  @StackTrace(false)
  static final class HeapsChanged extends Event {
    @Label("Joined")
    @Description("The names of the heaps that joined; null if there are none")
    @Nullable String joined;

    @Label("Vanished")
    @Description("The heaps that are gone, each with the reason; null if there are none")
    @Nullable String vanished;

    @Label("Refused")
    @Description("The heaps that do not open, each with the reason; null if there are none")
    @Nullable String refused;

    HeapsChanged of(dev.dmabroker.event.HeapsChanged change) {
      joined = change.joined().isEmpty() ? null : String.join(", ", change.joined());
      vanished = reasons(change.vanished());
      refused = reasons(change.refused());
      return this;
    }

    private static @Nullable String reasons(List<Closed> heaps) {
      return heaps.isEmpty()
          ? null
          : heaps.stream()
              .map(heap -> heap.heap() + ": " + heap.reason())
              .collect(Collectors.joining("; "));
    }
  }

  @Name("dmabroker.AttachRefusal")
  @Label("Attach Refusal")
  @Description("No heap suits a device together with those that are attached")
  @StackTrace
  static final class AttachRefusal extends BrokerEvent {
    @Label("Device")
    @Nullable String device;

    @Label("Reason")
    @Nullable String reason;
  }

  @Name("dmabroker.Leak")
  @Label("Leak")
  @Description("Something became unreachable without having been closed")
  static final class Leak extends BrokerEvent {
    @Label("Device")
    @Nullable String device;

    @Label("Kind")
    @Nullable String kind;

    @Label("Age")
    @Timespan(Timespan.NANOSECONDS)
    long age;

    @Label("Created")
    @Description("Where it was made, if that was noted")
    @Nullable String created;

    Leak of(dev.dmabroker.event.LeakFound leak) {
      buffer = leak.buffer();
      device = leak.device().orElse(null);
      kind = leak.kind().name();
      age = Nanos.of(leak.age());
      created = leak.created().map(BrokerEvent::frames).orElse(null);
      return this;
    }
  }

  @Name("dmabroker.AccessViolation")
  @Label("Access Violation")
  @Description("Memory was used against the rules")
  static final class AccessViolation extends BrokerEvent {
    @Label("Device")
    @Nullable String device;

    @Label("Kind")
    @Nullable String kind;

    @Label("Declared")
    @Description("The access that the memory was mapped for")
    @Nullable String declared;

    @Label("Found")
    @Nullable String found;

    @Label("First")
    @Description("The code before, if that was noted")
    @Nullable String first;

    @Label("Second")
    @Description("The code that found it, if that was noted")
    @Nullable String second;

    AccessViolation of(dev.dmabroker.event.AccessViolation violation) {
      buffer = violation.buffer();
      device = violation.device();
      kind = violation.kind().name();
      declared = violation.declared().name();
      found = violation.found();
      first = violation.first().map(BrokerEvent::frames).orElse(null);
      second = violation.second().map(BrokerEvent::frames).orElse(null);
      return this;
    }
  }

  /** The stack trace as a text, because an event cannot hold a Throwable. */
  private static String frames(Throwable site) {
    StringBuilder text = new StringBuilder();
    for (StackTraceElement frame : site.getStackTrace()) {
      text.append(text.isEmpty() ? "" : "\n").append(frame);
    }
    return text.toString();
  }
}
