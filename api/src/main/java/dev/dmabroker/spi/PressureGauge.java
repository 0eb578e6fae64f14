package dev.dmabroker.spi;

import java.util.List;

/**
 * Reads for how long programs wait for memory. The broker takes the gauge that {@link
 * java.util.ServiceLoader} finds, of several the first by class name, unless the application gave
 * it one, and only if it {@linkplain dev.dmabroker.BrokerBuilder#watchMemory watches memory}. It
 * asks from one thread at a time, and not under a lock.
 */
public interface PressureGauge {

  /**
   * {@return the pressure now, at most one of each scope; none of a scope of which the kernel tells
   * nothing} May read files, which may take milliseconds. A kernel that does not tell is no error.
   */
  List<MemoryPressure> look();
}
