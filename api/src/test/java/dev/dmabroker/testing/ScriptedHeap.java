package dev.dmabroker.testing;

import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.HeapTraitsBuilder;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.Trait;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A heap in the Java heap that does what a test tells it, and notices what is done to it. */
public class ScriptedHeap implements Heap {

  /** Called where a fault may strike. */
  public interface Hook {
    /** Throws, waits, or does nothing. */
    void run() throws HeapException;
  }

  private static final AtomicInteger NEXT_FD = new AtomicInteger(1000);

  private final String name;
  private final HeapTraits traits;
  private final Set<MemoryBacking> live = ConcurrentHashMap.newKeySet();
  private final AtomicInteger allocations = new AtomicInteger();
  private final AtomicReference<HeapException.@Nullable Kind> nextRefusal = new AtomicReference<>();
  private volatile HeapException.@Nullable Kind refusal;
  private volatile Lingering lingering = Lingering.NONE;
  private volatile Hook onAllocate = () -> {};
  private volatile Hook onBegin = () -> {};

  private final AtomicInteger showing = new AtomicInteger();
  private volatile Hook onReserve = () -> {};
  private volatile Hook onEnd = () -> {};
  private volatile Hook onPendingFence = () -> {};
  private volatile Hook onDescriptor = () -> {};
  private volatile Hook onRelease = () -> {};
  private volatile Hook onIdentity = () -> {};
  private volatile Optional<Object> identity = Optional.empty();
  private volatile @Nullable Request lastRequest;
  private final AtomicInteger looks = new AtomicInteger();
  private volatile @Nullable Long left;
  private volatile long shortBy;
  private volatile byte contents;
  private volatile boolean caching;
  private volatile @Nullable AssertionError misuse;
  private volatile long capacity = Long.MAX_VALUE;
  private final AtomicInteger closed = new AtomicInteger();

  public ScriptedHeap(String name, HeapTraits traits) {
    this.name = name;
    this.traits = traits;
  }

  /** Traits of ordinary memory: scattered, cached, reached by all. */
  public static HeapTraitsBuilder ordinary() {
    return HeapTraits.builder()
        .contiguous(Trait.declared(false))
        .addressBits(Trait.declared(40))
        .alignmentBytes(Trait.declared(4096L))
        .cached(Trait.declared(true))
        .cpuReach(Trait.declared(true))
        .deviceAccess(Trait.declared(true));
  }

  /** Scattered memory. */
  public static ScriptedHeap system() {
    return new ScriptedHeap("system", ordinary().build());
  }

  /** Contiguous memory below 4 GiB. */
  public static ScriptedHeap cma() {
    return new ScriptedHeap(
        "cma", ordinary().contiguous(Trait.declared(true)).addressBits(Trait.declared(32)).build());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public HeapTraits traits() {
    return traits;
  }

  public void onAllocate(Hook hook) {
    onAllocate = hook;
  }

  public void onBegin(Hook hook) {
    onBegin = hook;
  }

  /** How many of the addresses that this heap's memory reserved show memory. */
  public int showing() {
    return showing.get();
  }

  /** What runs when addresses are reserved by the means of this heap's memory. */
  public void onReserve(Hook hook) {
    onReserve = hook;
  }

  public void onEnd(Hook hook) {
    onEnd = hook;
  }

  public void onPendingFence(Hook hook) {
    onPendingFence = hook;
  }

  /** While a descriptor is asked for. */
  public void onDescriptor(Hook hook) {
    onDescriptor = hook;
  }

  public void onRelease(Hook hook) {
    onRelease = hook;
  }

  /** By what its memory is known, all of it; otherwise each by what its descriptor tells. */
  public void identity(Object its, Hook whenAsked) {
    identity = Optional.of(its);
    onIdentity = whenAsked;
  }

  /** Refuses all that is asked for, until it is told to refuse null. */
  public void refuse(HeapException.@Nullable Kind kind) {
    refusal = kind;
  }

  /** Refuses what is asked for next, and that alone. */
  public void refuseNext(HeapException.Kind kind) {
    nextRefusal.set(kind);
  }

  /** Says what lingers in it. */
  public void linger(Lingering what) {
    lingering = what;
  }

  /** Says that no more is left than that; null if it does not tell. */
  public void left(@Nullable Long bytes) {
    left = bytes;
  }

  @Override
  public OptionalLong leftBytes() {
    looks.incrementAndGet();
    Long told = left;
    return told == null ? OptionalLong.empty() : OptionalLong.of(told);
  }

  /** How often it was asked what is left. */
  public int looks() {
    return looks.get();
  }

  public void shortBy(long bytes) {
    shortBy = bytes;
  }

  /** Breaks the promise of zeros: all memory that it gives from now on is filled with this. */
  public void giveFilled(byte value) {
    contents = value;
  }

  /**
   * Puts a cache between the CPU and the memory that it gives from now on: an access begins with
   * what lies in the memory, and what it writes gets there as the access ends.
   */
  public void cacheAccesses() {
    caching = true;
  }

  public void capacity(long bytes) {
    capacity = bytes;
  }

  /** The last that it was asked for. */
  public Request lastRequest() {
    return Objects.requireNonNull(lastRequest, "nothing was asked for");
  }

  public int allocations() {
    return allocations.get();
  }

  public int live() {
    return live.size();
  }

  public int timesClosed() {
    return closed.get();
  }

  /** What was done to its memory that must not be; the broker takes the error for a refusal. */
  public Optional<AssertionError> misuse() {
    return Optional.ofNullable(misuse);
  }

  private AssertionError misused(String how) {
    AssertionError error = new AssertionError("memory of " + name + " was " + how);
    misuse = error;
    return error;
  }

  @Override
  public Lingering lingering() {
    return lingering;
  }

  @Override
  public Backing allocate(Request request) throws HeapException {
    lastRequest = request;
    onAllocate.run();
    HeapException.Kind next = nextRefusal.getAndSet(null);
    HeapException.Kind kind = next != null ? next : refusal;
    if (kind != null) {
      throw new HeapException(kind, "told to");
    }
    synchronized (live) {
      long used = live.stream().mapToLong(MemoryBacking::sizeBytes).sum();
      if (used + request.sizeBytes() > capacity) {
        throw new HeapException(HeapException.Kind.FULL, "ENOMEM");
      }
      MemoryBacking backing = new MemoryBacking(Math.toIntExact(request.sizeBytes() - shortBy));
      live.add(backing);
      allocations.incrementAndGet();
      return backing;
    }
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }

  private final class MemoryBacking implements Backing {
    private final Optional<Backing> real;
    private final ByteBuffer memory;
    private final int fd;
    private final AtomicInteger cpuAccesses = new AtomicInteger();

    /** What the CPU sees of the memory. */
    private final ByteBuffer seen;

    MemoryBacking(int sizeBytes) throws HeapException {
      real = Serving.get().memory(sizeBytes);
      memory =
          real.isPresent()
              ? real.get().bytes(0, sizeBytes)
              : ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.nativeOrder());
      fd = real.isPresent() ? real.get().fd() : NEXT_FD.incrementAndGet();
      for (int at = 0; contents != 0 && at < sizeBytes; at++) {
        memory.put(at, contents);
      }
      seen = caching ? ByteBuffer.allocateDirect(sizeBytes) : memory;
    }

    @Override
    public long sizeBytes() {
      return memory.capacity();
    }

    @Override
    public int fd() {
      checkLive();
      try {
        onDescriptor.run();
      } catch (HeapException e) {
        throw new IllegalStateException(e);
      }
      checkLive();
      return fd;
    }

    @Override
    public int dupFd() throws HeapException {
      checkLive();
      onDescriptor.run();
      checkLive();
      if (real.isPresent()) {
        return real.get().dupFd();
      }
      throw new HeapException(HeapException.Kind.NO_DESCRIPTORS, "EMFILE");
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
      Objects.checkFromIndexSize(offsetBytes, lengthBytes, memory.capacity());
      checkLive();
      return seen.slice((int) offsetBytes, lengthBytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public FixedAddresses reserve(int sizeBytes) throws HeapException {
      checkLive();
      onReserve.run();
      return new ScriptedAddresses(sizeBytes, showing);
    }

    @Override
    public void beginCpuAccess(Access access) throws HeapException {
      checkLive();
      onBegin.run();
      cpuAccesses.incrementAndGet();
      copy(memory, seen);
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      checkLive();
      if (cpuAccesses.decrementAndGet() < 0) {
        throw misused("given CPU access an end that had not begun");
      }
      onEnd.run();
      if (access.writes()) {
        copy(seen, memory);
      }
    }

    /** Copies between the cache and the memory, if there is a cache. */
    private void copy(ByteBuffer from, ByteBuffer to) {
      if (caching) {
        to.duplicate().clear().put(from.duplicate().clear());
      }
    }

    @Override
    public Optional<SyncFile> pendingFence(Access access) throws HeapException {
      checkLive();
      onPendingFence.run();
      checkLive();
      return Optional.empty();
    }

    @Override
    public Optional<Object> identity() {
      checkLive();
      try {
        onIdentity.run();
      } catch (HeapException e) {
        throw new IllegalStateException(e);
      }
      checkLive();
      return identity.or(() -> Optional.of("inode " + fd));
    }

    @Override
    public void release() {
      if (!live.remove(this)) {
        throw misused("released twice");
      }
      for (int i = 0; i < memory.capacity(); i += 8) {
        memory.put(i, (byte) 0xdd); // What is used after this is seen to be wrong.
      }
      real.ifPresent(Backing::release);
      try {
        onRelease.run();
      } catch (HeapException e) {
        throw new IllegalStateException(e);
      }
    }

    private void checkLive() {
      if (!live.contains(this)) {
        throw misused("used after release");
      }
    }
  }
}
