package dev.dmabroker.metrics;

import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.spi.MemoryPressure;
import java.util.List;
import java.util.Locale;

/** Finds out whether programs wait for memory. */
final class PressureHealth {
  private PressureHealth() {}

  /** The scopes in which they wait for longer than {@link BrokerHealth#MEMORY_PRESSURE}. */
  static List<String> of(BrokerSnapshot snapshot) {
    return snapshot.memoryPressure().stream()
        .filter(pressure -> pressure.some() > BrokerHealth.MEMORY_PRESSURE)
        .map(PressureHealth::describe)
        .toList();
  }

  private static String describe(MemoryPressure pressure) {
    return switch (pressure.scope()) {
      case MACHINE ->
          "programs of the machine wait for memory: "
              + shares(pressure)
              + "; end programs, release buffers, or give the machine more memory";
      case CGROUP ->
          "the cgroup of this program waits for memory: "
              + shares(pressure)
              + "; raise memory.max and memory.high of the cgroup, or lower the broker's budgets";
    };
  }

  private static String shares(MemoryPressure pressure) {
    return String.format(
        Locale.ROOT,
        "in %.0f %% of the last 10 s some task did, in %.0f %% all did",
        100 * pressure.some(),
        100 * pressure.full());
  }
}
