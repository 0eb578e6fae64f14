package dev.dmabroker.spi;

/**
 * Memory that was given back but lives on, since somebody still has a descriptor of it.
 *
 * @param backings how many allocations
 * @param sizeBytes their bytes
 */
public record Lingering(int backings, long sizeBytes) {
  /** Nothing. */
  public static final Lingering NONE = new Lingering(0, 0);
}
