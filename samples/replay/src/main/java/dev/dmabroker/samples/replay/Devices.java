package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;

/** Devices that several scenarios have. */
final class Devices {
  /** What reaches contiguous memory only, below 4 GiB. */
  static final Constraints CONTIGUOUS = Constraints.builder().contiguous().addressBits(32).build();

  private Devices() {}

  static Device register(Broker broker, String name, Constraints constraints, Access access) {
    return broker.register(
        DeviceSpec.builder(name).constraints(constraints).access(access).build());
  }

  /** A camera whose frames the CPU reaches. */
  static Device camera(Broker broker) {
    return register(broker, "camera", Constraints.builder().cpuReach().build(), Access.WRITE);
  }
}
