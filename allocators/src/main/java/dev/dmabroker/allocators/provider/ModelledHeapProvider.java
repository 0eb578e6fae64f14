package dev.dmabroker.allocators.provider;

import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.spi.HeapProvider;
import java.util.List;

/**
 * Provides {@link Heaps#modelledDefaults} to {@link java.util.ServiceLoader}, which needs a public
 * class.
 */
public final class ModelledHeapProvider implements HeapProvider {
  private final HeapProvider defaults = Heaps.modelledDefaults();

  /** Makes the provider for the service loader. */
  public ModelledHeapProvider() {}

  @Override
  public String name() {
    return defaults.name();
  }

  @Override
  public boolean fallback() {
    return defaults.fallback();
  }

  @Override
  public List<Finding> discover() {
    return defaults.discover();
  }
}
