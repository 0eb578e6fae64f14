package dev.dmabroker.testing;

import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A heap that is looked at but not asked for memory, with aliases. */
public final class StubHeap implements Heap {
  private final String name;
  private final Set<String> aliases;
  private final HeapTraits traits;
  private final AtomicInteger closed = new AtomicInteger();

  public StubHeap(String name, HeapTraits traits, String... aliases) {
    this.name = name;
    this.aliases = Set.of(aliases);
    this.traits = traits;
  }

  /** One of ordinary memory. */
  public static StubHeap named(String name, String... aliases) {
    return new StubHeap(name, ScriptedHeap.ordinary().build(), aliases);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<String> aliases() {
    return aliases;
  }

  @Override
  public HeapTraits traits() {
    return traits;
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    throw new HeapException(HeapException.Kind.FULL, name + " has no memory at all");
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }

  public int timesClosed() {
    return closed.get();
  }
}
