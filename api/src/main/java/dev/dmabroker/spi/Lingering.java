package dev.dmabroker.spi;

/**
 * Memory that was given back but lives on, because a process or a driver still has a descriptor of
 * it.
 *
 * @param backings the number of allocations
 * @param sizeBytes the bytes of these allocations together
 */
public record Lingering(int backings, long sizeBytes) {
  /** No memory lives on. */
  public static final Lingering NONE = new Lingering(0, 0);
}
