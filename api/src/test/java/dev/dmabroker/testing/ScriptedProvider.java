package dev.dmabroker.testing;

import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A provider that finds what a test tells it, and notices how often it is asked. */
public final class ScriptedProvider implements HeapProvider {
  private final String name;
  private final List<Finding> findings = new CopyOnWriteArrayList<>();
  public final AtomicInteger asked = new AtomicInteger();

  /** Called whenever it is asked, before it answers. */
  public volatile Runnable onAsk = () -> {};

  public ScriptedProvider(String name) {
    this.name = name;
  }

  /** From now on it finds this, in this order. */
  public ScriptedProvider finds(Object... found) {
    List<Finding> next = new ArrayList<>();
    for (Object each : found) {
      next.add(each instanceof Heap heap ? new Open(heap) : (Finding) each);
    }
    findings.clear();
    findings.addAll(next);
    return this;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Finding> discover() {
    asked.incrementAndGet();
    onAsk.run();
    return List.copyOf(findings);
  }

  @Override
  public List<Finding> rediscover(List<Heap> present) {
    return discover();
  }

  @Override
  public Set<Path> watchedPaths() {
    return Set.of(Path.of("/dev/" + name));
  }
}
