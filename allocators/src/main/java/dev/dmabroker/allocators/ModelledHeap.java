package dev.dmabroker.allocators;

import dev.dmabroker.allocators.linux.Leftovers;
import dev.dmabroker.allocators.linux.MemfdSource;
import dev.dmabroker.allocators.linux.NativeAccess;
import dev.dmabroker.allocators.linux.Pages;
import dev.dmabroker.spec.Coherency;
import dev.dmabroker.spec.MemorySpeed;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.Trait;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A heap of memfds that claims the properties that its maker gives it, and says that it is
 * {@linkplain HeapTraits#modelled modelled}. The memory is real, and so are the descriptor, the
 * capacity and the CPU's view, or that there is none; other properties, for example that the memory
 * is contiguous or secure, are only claimed: no driver imports a memfd. Thread-safe.
 */
public final class ModelledHeap implements Heap {

  private final String name;
  private final Set<String> aliases;
  private final HeapTraits traits;
  private final long capacityBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final Leftovers leftovers = new Leftovers();
  private volatile boolean closed;

  private ModelledHeap(Builder builder) {
    name = builder.name;
    aliases = builder.aliases;
    capacityBytes = orElse(builder.capacityBytes, Long.MAX_VALUE);
    traits = builder.traits();
  }

  /**
   * {@return a builder of a heap that has the properties that the application gives it, over
   * ordinary memory: for tests, and for machines without dma-bufs}
   *
   * @param name the heap's name, unique in the broker
   */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  private static <T> T orElse(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
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
  public String type() {
    return "modelled";
  }

  /** The traits of the heap; its maker set all of them. */
  @Override
  public HeapTraits traits() {
    return traits;
  }

  /**
   * {@return the bytes of the allocations that the heap has given and not got back, in whole pages}
   */
  public long usedBytes() {
    return usedBytes.get();
  }

  /**
   * {@inheritDoc} Takes time in proportion to the size.
   *
   * @throws IllegalArgumentException if the size is less than 1
   */
  @Override
  public Backing allocate(Request request) throws HeapException {
    if (closed) {
      throw new HeapException(Kind.FAILED, "heap " + name + " is closed");
    }
    request.requireAlignment(traits.alignmentBytes());
    MemfdSource source = MemfdSource.ordinary(name, leftovers);
    long rounded = source.rounded(request.sizeBytes());
    reserve(rounded);
    boolean allocated = false;
    try {
      Backing backing =
          source.allocate(
              request.label(), request.sizeBytes(), () -> usedBytes.getAndAdd(-rounded));
      allocated = true;
      return traits.cpuReach().is(true) ? backing : new UnreachableBacking(backing);
    } finally {
      if (!allocated) {
        usedBytes.getAndAdd(-rounded);
      }
    }
  }

  private void reserve(long bytes) throws HeapException {
    if (bytes > capacityBytes) {
      throw new HeapException(
          Kind.TOO_LARGE,
          name + " cannot give " + bytes + " bytes: it has " + capacityBytes + " in all");
    }
    while (true) {
      long used = usedBytes.get();
      if (bytes > capacityBytes - used) {
        throw new HeapException(
            Kind.FULL,
            name
                + " cannot give "
                + bytes
                + " bytes: "
                + used
                + " of "
                + capacityBytes
                + " are in use; release buffers, or use another heap");
      }
      if (usedBytes.compareAndSet(used, used + bytes)) {
        return;
      }
    }
  }

  /**
   * {@inheritDoc} The heap sees memory that was duplicated by {@link Backing#dupFd} and is still
   * open or mapped in this process. That memory is not part of {@link #usedBytes}.
   */
  @Override
  public Lingering lingering() {
    return leftovers.look();
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public String toString() {
    return "heap " + name;
  }

  /** Collects the properties of a modelled heap. Each may be set once. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private Set<String> aliases = Set.of();
    private @Nullable Long capacityBytes;
    private @Nullable Boolean contiguous;
    private @Nullable Integer addressBits;
    private @Nullable Boolean cached;
    private @Nullable Boolean deviceAccess;
    private @Nullable MemorySpeed speed;
    private @Nullable String deviceLocal;
    private @Nullable Integer numaNode;
    private @Nullable Boolean cpuReach;
    private @Nullable Boolean secure;
    private @Nullable Long alignmentBytes;

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
      if (name.isBlank()) {
        throw new IllegalArgumentException("a heap needs a name");
      }
    }

    /**
     * Sets other names that constraints may use; none unless set.
     *
     * @param aliases further names of the heap
     * @return this builder
     */
    public Builder aliases(String... aliases) {
      if (!this.aliases.isEmpty()) {
        throw new IllegalStateException("aliases are set already, to " + this.aliases);
      }
      this.aliases = Set.of(aliases);
      return this;
    }

    /**
     * Sets the bytes that the heap gives at one time, counted in whole pages; unlimited unless set.
     *
     * @param bytes the size of all its memory, in bytes
     * @return this builder
     * @throws IllegalArgumentException if the capacity is less than 1
     */
    public Builder capacityBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("capacity must be at least 1 byte, is " + bytes);
      }
      capacityBytes = once("capacityBytes", capacityBytes, bytes);
      return this;
    }

    /**
     * Sets whether the heap counts as physically contiguous; it does not unless set.
     *
     * @param contiguous whether the memory is one physically contiguous range
     * @return this builder
     */
    public Builder contiguous(boolean contiguous) {
      this.contiguous = once("contiguous", this.contiguous, contiguous);
      return this;
    }

    /**
     * Says that the heap counts as lying below 2^{@code bits}; 64 bits unless set.
     *
     * @param bits how many bits an address has at most, 1 to 64
     * @return this builder
     * @throws IllegalArgumentException unless 1 &lt;= bits &lt;= 64
     */
    public Builder addressBits(int bits) {
      if (bits < 1 || bits > 64) {
        throw new IllegalArgumentException("addressBits must be 1 to 64, is " + bits);
      }
      addressBits = once("addressBits", addressBits, bits);
      return this;
    }

    /**
     * Sets whether the CPU's mappings count as cached; they do unless set.
     *
     * @param cached whether the CPU caches the memory
     * @return this builder
     */
    public Builder cached(boolean cached) {
      this.cached = once("cached", this.cached, cached);
      return this;
    }

    /**
     * Sets whether the memory counts as a dma-buf; it does unless set.
     *
     * @param deviceAccess whether drivers import the memory
     * @return this builder
     */
    public Builder deviceAccess(boolean deviceAccess) {
      this.deviceAccess = once("deviceAccess", this.deviceAccess, deviceAccess);
      return this;
    }

    /**
     * Sets the speed that the memory counts as having; {@link MemorySpeed#NORMAL} unless set.
     *
     * @param speed how fast the CPU reaches the memory
     * @return this builder
     */
    public Builder speed(MemorySpeed speed) {
      this.speed = once("speed", this.speed, Objects.requireNonNull(speed, "speed"));
      return this;
    }

    /**
     * Sets the device in which the memory counts as lying; main memory unless set.
     *
     * @param device the name of the device
     * @return this builder
     */
    public Builder deviceLocal(String device) {
      deviceLocal = once("deviceLocal", deviceLocal, Objects.requireNonNull(device, "device"));
      return this;
    }

    /**
     * Sets the NUMA node at which the memory counts as lying; not known unless set.
     *
     * @param node the number of the node
     * @return this builder
     */
    public Builder numaNode(int node) {
      numaNode = once("numaNode", numaNode, node);
      return this;
    }

    /**
     * Sets whether the CPU reaches the memory; it does unless set. Memory that it does not reach
     * has the coherency domain {@link Coherency#INACCESSIBLE}, and gives no CPU views.
     *
     * @param cpuReach whether the CPU can map the memory
     * @return this builder
     */
    public Builder cpuReach(boolean cpuReach) {
      this.cpuReach = once("cpuReach", this.cpuReach, cpuReach);
      return this;
    }

    /**
     * Sets whether the memory counts as protected; it does not unless set. Protected memory is out
     * of the reach of the CPU.
     *
     * @param secure whether the memory is protected
     * @return this builder
     */
    public Builder secure(boolean secure) {
      this.secure = once("secure", this.secure, secure);
      return this;
    }

    /**
     * Sets the alignment in bytes that the memory counts as having; that of pages unless set.
     *
     * @param bytes the alignment in bytes, a power of two
     * @return this builder
     * @throws IllegalArgumentException if the alignment is no power of two
     */
    public Builder alignmentBytes(long bytes) {
      if (Long.bitCount(bytes) != 1 || bytes < 1) {
        throw new IllegalArgumentException("alignment must be a power of two, is " + bytes);
      }
      alignmentBytes = once("alignmentBytes", alignmentBytes, bytes);
      return this;
    }

    /**
     * Builds the heap. If memfds cannot be made on this machine, the heap is built nevertheless and
     * refuses to allocate.
     *
     * @return the heap
     * @throws IllegalStateException if the memory is to be protected, and in the reach of the CPU
     */
    public ModelledHeap build() {
      if (orElse(secure, false) && orElse(cpuReach, false)) {
        throw new IllegalStateException(name + " cannot be both secure and in the CPU's reach");
      }
      return new ModelledHeap(this);
    }

    private boolean isInReach() {
      return orElse(cpuReach, !orElse(secure, false));
    }

    private HeapTraits traits() {
      Trait<Long> capacity =
          capacityBytes == null ? Trait.unknown("no limit was set") : Trait.declared(capacityBytes);
      HeapTraitsBuilder traits = HeapTraits.builder();
      if (deviceLocal != null) {
        traits.deviceLocal(Trait.declared(deviceLocal));
      }
      if (numaNode != null) {
        traits.numaNode(Trait.declared(numaNode));
      }
      return traits
          .contiguous(Trait.declared(orElse(contiguous, false)))
          .addressBits(Trait.declared(orElse(addressBits, Long.SIZE)))
          .alignmentBytes(alignmentBytes == null ? pageSize() : Trait.declared(alignmentBytes))
          .granuleBytes(pageSize())
          .maxSizeBytes(capacity)
          .capacityBytes(capacity)
          .cached(Trait.declared(orElse(cached, true)))
          .cpuReach(Trait.declared(isInReach()))
          .deviceAccess(Trait.declared(orElse(deviceAccess, true)))
          .speed(Trait.declared(orElse(speed, MemorySpeed.NORMAL)))
          .lowestAddress(Trait.declared(0L))
          .coherency(
              Trait.declared(
                  isInReach()
                      ? Set.of(Coherency.CPU, Coherency.RAM)
                      : Set.of(Coherency.INACCESSIBLE)))
          .secure(Trait.declared(orElse(secure, false)))
          .modelled(Trait.declared(true))
          .build();
    }

    private static Trait<Long> pageSize() {
      return NativeAccess.problem().isPresent()
          ? Trait.unknown("no system calls can be made")
          : Trait.declared(Pages.size());
    }

    private static <T> T once(String property, @Nullable T before, T value) {
      if (before != null) {
        throw new IllegalStateException(property + " is set already, to " + before);
      }
      return value;
    }
  }
}
