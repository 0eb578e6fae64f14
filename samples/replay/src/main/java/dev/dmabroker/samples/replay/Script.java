package dev.dmabroker.samples.replay;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import java.util.function.Consumer;

/** Hands on the operations of a trace that is generated, each as its time comes. */
final class Script {
  private final Agenda agenda;
  private final Consumer<Operation> to;
  private long mappings;

  Script(Agenda agenda, Consumer<Operation> to) {
    this.agenda = agenda;
    this.to = to;
  }

  void register(DeviceSpec device) {
    to.accept(
        new Operation.Register(
            agenda.now(),
            device.name(),
            device.access(),
            device.longestHold(),
            device.constraints()));
  }

  void export(String buffer, BufferSpec spec) {
    to.accept(new Operation.Export(agenda.now(), buffer, spec));
  }

  void attach(String buffer, String device) {
    to.accept(new Operation.Attach(agenda.now(), buffer, device));
  }

  /** Maps now, and unmaps that much later. */
  void use(String buffer, String device, Access access, long micros) {
    String mapping = "m" + ++mappings;
    to.accept(
        new Operation.Map(
            agenda.now(),
            mapping,
            buffer,
            device,
            access,
            /* granted= */ true,
            /* waitMicros= */ 0));
    agenda.in(micros, () -> to.accept(new Operation.Unmap(agenda.now(), mapping)));
  }

  void detach(String buffer, String device) {
    to.accept(new Operation.Detach(agenda.now(), buffer, device));
  }

  void close(String buffer) {
    to.accept(new Operation.Close(agenda.now(), buffer));
  }

  void others(String heap, long bytes) {
    to.accept(new Operation.Others(agenda.now(), heap, bytes));
  }
}
