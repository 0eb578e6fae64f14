package dev.dmabroker.samples.common;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether a sample takes the machine's devices or modelled ones. */
public enum DeviceChoice {
  /** Real devices if there are any. */
  AUTO,
  /** Real devices only. */
  REAL,
  /** Modelled devices, whatever the machine has. */
  MODELLED;

  /**
   * Opens the devices of the choice.
   *
   * @param real opens the real ones; empty if there are none
   * @param modelled makes the modelled ones
   * @param <T> the type of the devices
   * @return empty if the choice is real ones and there are none
   */
  public <T> Optional<T> open(
      Supplier<? extends Optional<? extends T>> real, Supplier<? extends T> modelled) {
    Optional<T> found = this == MODELLED ? Optional.empty() : real.get().map(each -> each);
    return this == REAL ? found : found.or(() -> Optional.of(modelled.get()));
  }

  /** As it is written on a command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
