package dev.dmabroker.internal.device;

import com.google.common.collect.ImmutableList;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.internal.heap.Budgets;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.internal.placement.Alternatives;
import dev.dmabroker.internal.runtime.EngineLog;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.internal.services.Services;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Keeps the devices that are registered with one broker. This class is thread-safe. */
public final class DeviceRegistry {
  private final Services services;
  private final Supplier<ImmutableList<HeapAccount>> heaps;
  private final Alternatives alternatives;
  private final Budgets budgets;
  private final ConcurrentHashMap<String, RegisteredDevice> devices = new ConcurrentHashMap<>();

  /** Whether a device of a group was ever registered. */
  private volatile boolean groups;

  /**
   * Makes a registry without devices.
   *
   * @param heaps returns the heaps that there are, of whose memory probes are offered some
   * @param alternatives works out what devices ask
   * @param budgets is told which names devices and groups have
   */
  public DeviceRegistry(
      Services services,
      Supplier<ImmutableList<HeapAccount>> heaps,
      Alternatives alternatives,
      Budgets budgets) {
    this.services = services;
    this.heaps = heaps;
    this.alternatives = alternatives;
    this.budgets = budgets;
  }

  /** Probes and adds a device. The probe asks the real device, so it runs outside the lock. */
  public Device register(DeviceSpec spec) {
    Objects.requireNonNull(spec, "spec");
    // This is checked before the real device is bothered, and once more after that.
    checkRegistrable(spec);
    RegisteredDevice device = make(spec, Probing.of(spec, heaps.get()));
    // This comes first: a log that throws must not keep from its caller what is registered.
    alternatives
        .unknownHeaps(device)
        .forEach(each -> EngineLog.LOG.log(Level.WARNING, "device " + each));
    // Heaps that join meanwhile are tried as well.
    while (!add(spec, device)) {
      device.learn(heaps.get());
    }
    return device;
  }

  /** Adds a device, unless there are heaps that it does not know. */
  private boolean add(DeviceSpec spec, RegisteredDevice device) {
    return services
        .lifecycle()
        .whileOpen(
            intent(spec),
            () -> {
              checkRegistrable(spec);
              if (!device.knows(heaps.get())) {
                return false;
              }
              devices.put(spec.name(), device);
              budgets.know(spec.name());
              spec.group().ifPresent(budgets::know);
              groups |= spec.group().isPresent();
              return true;
            });
  }

  /** Has all devices try heaps that they do not know. Devices are asked without a lock. */
  public void learn(ImmutableList<HeapAccount> known) {
    devices.values().forEach(device -> device.learn(known));
  }

  /** Tells whether all devices have tried these heaps. The caller holds the lifecycle's lock. */
  public boolean know(ImmutableList<HeapAccount> known) {
    return devices.values().stream().allMatch(device -> device.knows(known));
  }

  /** Makes a device that takes no name, and with which nothing is tried. */
  public RegisteredDevice unnamed(DeviceSpec spec) {
    return make(spec, Probing.of(spec, ImmutableList.of()));
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
   * Returns the engine's object of a device.
   *
   * @throws IllegalArgumentException if another broker registered the device
   */
  public RegisteredDevice own(Device device) {
    Objects.requireNonNull(device, "device");
    if (device instanceof RegisteredDevice registered && registered.belongsTo(this)) {
      return registered;
    }
    throw new IllegalArgumentException("device " + device.name() + " belongs to another broker");
  }

  /** Tells whether there are, or were, devices that do not trust all others. */
  public boolean hasGroups() {
    return groups;
  }

  /** Removes a device that is closed, unless another has taken its name since. */
  void forget(RegisteredDevice device) {
    devices.remove(device.name(), device);
  }

  /** Returns the names of the devices that are registered now. */
  public Set<String> names() {
    return new TreeSet<>(devices.keySet());
  }

  public List<BrokerSnapshot.DeviceState> snapshot() {
    return devices.values().stream().map(RegisteredDevice::snapshot).toList();
  }
}
