package dev.dmabroker.internal.device;

import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.Alternatives;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.services.Services;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The devices that are registered with one broker. Thread-safe. */
public final class DeviceRegistry {
  private final Services services;
  private final List<HeapAccount> heaps;
  private final Alternatives alternatives;
  private final ConcurrentHashMap<String, RegisteredDevice> devices = new ConcurrentHashMap<>();

  /**
   * A registry without devices.
   *
   * @param heaps what probes are offered memory of
   * @param alternatives works out what devices ask
   */
  public DeviceRegistry(Services services, List<HeapAccount> heaps, Alternatives alternatives) {
    this.services = services;
    this.heaps = heaps;
    this.alternatives = alternatives;
  }

  public Device register(DeviceSpec spec) {
    checkRegistrable(spec); // Before the real device is bothered, and once more after.
    RegisteredDevice device = make(spec, Probing.of(spec, heaps));
    return services
        .lifecycle()
        .whileOpen(
            intent(spec),
            () -> {
              checkRegistrable(spec);
              devices.put(spec.name(), device);
              return device;
            });
  }

  /** A device that takes no name, and that nothing is tried with. */
  public RegisteredDevice unnamed(DeviceSpec spec) {
    return make(spec, Probing.of(spec, List.of()));
  }

  private RegisteredDevice make(DeviceSpec spec, Probing probing) {
    return new RegisteredDevice(
        this, spec, probing, alternatives, services.settings().longestHold());
  }

  private static String intent(DeviceSpec spec) {
    return "register " + spec.name();
  }

  private void checkRegistrable(DeviceSpec spec) {
    services.lifecycle().checkOpen(intent(spec));
    if (devices.containsKey(spec.name())) {
      throw Exceptions.duplicateName(
          "cannot register device "
              + spec.name()
              + ": a device of that name is registered; close it first or choose another name");
    }
  }

  /**
   * What a device is inside.
   *
   * @throws IllegalArgumentException if another broker registered it
   */
  public RegisteredDevice own(Device device) {
    if (device instanceof RegisteredDevice registered && registered.belongsTo(this)) {
      return registered;
    }
    throw new IllegalArgumentException("device " + device.name() + " belongs to another broker");
  }

  void forget(RegisteredDevice device) {
    devices.remove(device.name(), device);
  }

  public List<BrokerSnapshot.DeviceState> snapshot() {
    return devices.values().stream().map(RegisteredDevice::snapshot).toList();
  }
}
