package dev.dmabroker.testing;

import dev.dmabroker.MoveListener;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.MemoryAllocated;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe;
import dev.dmabroker.spi.FencePoller;
import dev.dmabroker.spi.FixedAddresses;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.spi.Lingering;
import dev.dmabroker.spi.Mover;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.spi.PressureGauge;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes extensions of every kind that behave, until a test names a method of theirs: from then on
 * that method throws what the test says, also a checked exception that it does not declare, as an
 * extension in another language may.
 */
public final class Hostile {
  private volatile String where = "";
  private volatile @Nullable Throwable what;
  private final AtomicInteger thrown = new AtomicInteger();

  /**
   * Has a method throw from now on.
   *
   * @param method "Type.method", or "Type.*" for all methods of the type
   */
  public void throwAt(String method, Throwable throwable) {
    what = throwable;
    where = method;
  }

  /** Has every method behave again. */
  public void behave() {
    where = "";
  }

  /** How often a method has thrown. */
  public int timesThrown() {
    return thrown.get();
  }

  private void at(String method) {
    Throwable throwable = what;
    if (throwable != null && isMeant(method)) {
      thrown.incrementAndGet();
      Hostile.<RuntimeException>sneak(throwable);
    }
  }

  private boolean isMeant(String method) {
    String meant = where;
    return meant.endsWith("*")
        ? method.startsWith(meant.substring(0, meant.length() - 1))
        : method.equals(meant);
  }

  /** Throws what the compiler believes to be unchecked. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void sneak(Throwable throwable) throws T {
    throw (T) throwable;
  }

  /** A heap that allocates from another one. */
  public Heap heap(ScriptedHeap heap) {
    return new HostileHeap(heap);
  }

  private final class HostileHeap implements Heap {
    private final ScriptedHeap heap;

    HostileHeap(ScriptedHeap heap) {
      this.heap = heap;
    }

    @Override
    public String name() {
      at("Heap.name");
      return heap.name();
    }

    @Override
    public Set<String> aliases() {
      at("Heap.aliases");
      return Set.of();
    }

    @Override
    public String type() {
      at("Heap.type");
      return "other";
    }

    @Override
    public HeapTraits traits() {
      at("Heap.traits");
      return heap.traits();
    }

    @Override
    public Backing allocate(Heap.Request request) throws HeapException {
      at("Heap.allocate");
      return new HostileBacking(heap.allocate(request));
    }

    @Override
    public OptionalLong leftBytes() {
      at("Heap.leftBytes");
      return heap.leftBytes();
    }

    @Override
    public Lingering lingering() {
      at("Heap.lingering");
      return Lingering.NONE;
    }

    @Override
    public void close() {
      heap.close();
      at("Heap.close");
    }
  }

  private final class HostileBacking extends ForwardingBacking {
    HostileBacking(Backing memory) {
      super(memory);
    }

    @Override
    public long sizeBytes() {
      at("Backing.sizeBytes");
      return super.sizeBytes();
    }

    @Override
    public int fd() {
      at("Backing.fd");
      return super.fd();
    }

    @Override
    public int dupFd() throws HeapException {
      at("Backing.dupFd");
      return super.dupFd();
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) throws HeapException {
      at("Backing.bytes");
      return super.bytes(offsetBytes, lengthBytes);
    }

    @Override
    public void beginCpuAccess(Access access) throws HeapException {
      at("Backing.beginCpuAccess");
      super.beginCpuAccess(access);
    }

    @Override
    public void endCpuAccess(Access access) throws HeapException {
      super.endCpuAccess(access);
      at("Backing.endCpuAccess");
    }

    @Override
    public Optional<SyncFile> pendingFence(Access access) {
      at("Backing.pendingFence");
      return Optional.empty();
    }

    @Override
    public Optional<Object> identity() {
      at("Backing.identity");
      return memory.identity();
    }

    @Override
    public FixedAddresses reserve(int sizeBytes) throws HeapException {
      at("Backing.reserve");
      return new HostileAddresses(super.reserve(sizeBytes));
    }

    @Override
    public void release() {
      super.release();
      at("Backing.release");
    }
  }

  private final class HostileAddresses implements FixedAddresses {
    private final FixedAddresses addresses;

    HostileAddresses(FixedAddresses addresses) {
      this.addresses = addresses;
    }

    @Override
    public ByteBuffer bytes() {
      at("FixedAddresses.bytes");
      return addresses.bytes();
    }

    @Override
    public void show(Backing memory) throws HeapException {
      addresses.show(((HostileBacking) memory).memory);
      at("FixedAddresses.show");
    }

    @Override
    public void hide() throws HeapException {
      at("FixedAddresses.hide");
      addresses.hide();
    }
  }

  /** Memory that an application brings. */
  public ForeignMemory foreign(ScriptedMemory memory) {
    return new ForeignMemory() {
      @Override
      public String name() {
        at("ForeignMemory.name");
        return memory.name();
      }

      @Override
      public String type() {
        at("ForeignMemory.type");
        return memory.type();
      }

      @Override
      public HeapTraits traits() {
        at("ForeignMemory.traits");
        return memory.traits();
      }

      @Override
      public boolean movable() {
        at("ForeignMemory.movable");
        return memory.movable();
      }

      @Override
      public Backing open() throws HeapException {
        at("ForeignMemory.open");
        return new HostileBacking(memory.open());
      }
    };
  }

  /** A provider that finds nothing. */
  public HeapProvider provider() {
    return new HeapProvider() {
      @Override
      public String name() {
        at("HeapProvider.name");
        return "provider";
      }

      @Override
      public boolean fallback() {
        at("HeapProvider.fallback");
        return false;
      }

      @Override
      public List<Finding> discover() {
        at("HeapProvider.discover");
        return List.of();
      }
    };
  }

  /** A heuristic that keeps the broker's order. */
  public PlacementHeuristic heuristic() {
    InOrder order = new InOrder();
    return new PlacementHeuristic() {
      @Override
      public String name() {
        at("PlacementHeuristic.name");
        return "hostile";
      }

      @Override
      public List<Ranked> rank(Request request) {
        at("PlacementHeuristic.rank");
        return order.rank(request).stream().map(this::explained).toList();
      }

      private Ranked explained(Ranked ranked) {
        return new Ranked(
            ranked.heap(),
            ranked.cost(),
            () -> {
              at("Ranked.why");
              return "first come";
            });
      }

      @Override
      public Eviction evict(Crowded crowded) {
        at("PlacementHeuristic.evict");
        return Eviction.NONE;
      }
    };
  }

  /** A mover that copies. */
  public Mover mover() {
    ScriptedMover mover = new ScriptedMover();
    return new Mover() {
      @Override
      public String name() {
        at("Mover.name");
        return "hostile";
      }

      @Override
      public void prepare(Copy copy) throws HeapException {
        at("Mover.prepare");
        mover.prepare(copy);
      }

      @Override
      public long copy(Copy copy) throws HeapException {
        long bytes = mover.copy(copy);
        at("Mover.copy");
        return bytes;
      }
    };
  }

  /** A device that takes all memory. */
  public DeviceProbe probe() {
    return new DeviceProbe() {
      @Override
      public String name() {
        at("DeviceProbe.name");
        return "probe";
      }

      @Override
      public Sample sample(Constraints declared) {
        at("DeviceProbe.sample");
        return new Sample(4096, BlobSpec.of(4096).layout());
      }

      @Override
      public Answer tryImport(Backing backing, Sample sample) {
        at("DeviceProbe.tryImport");
        return new Answer(Verdict.ACCEPTED, "taken");
      }

      @Override
      public void close() {
        at("DeviceProbe.close");
      }
    };
  }

  /** A poller whose fences signal at once. */
  public FencePoller poller() {
    return new FencePoller() {
      @Override
      public void watch(SyncFile fence, Consumer<OptionalInt> whenSignalled) {
        at("FencePoller.watch");
        whenSignalled.accept(OptionalInt.empty());
      }

      @Override
      public void discard(SyncFile fence) {
        at("FencePoller.discard");
      }

      @Override
      public int pending() {
        at("FencePoller.pending");
        return 0;
      }

      @Override
      public Optional<String> trouble() {
        at("FencePoller.trouble");
        return Optional.empty();
      }

      @Override
      public void close() {
        at("FencePoller.close");
      }
    };
  }

  /** A gauge that knows of no pressure. */
  public PressureGauge gauge() {
    return () -> {
      at("PressureGauge.look");
      return List.of();
    };
  }

  /** A listener to the first event of a buffer with memory. */
  public BrokerListener listener() {
    return new BrokerListener() {
      @Override
      public void allocated(MemoryAllocated event) {
        at("BrokerListener.allocated");
      }
    };
  }

  /** A listener to the moves of one attachment. */
  public MoveListener moveListener() {
    return generation -> at("Attachment.onMove");
  }

  /** An executor that runs in the caller. */
  public Executor executor() {
    return task -> {
      at("Executor.execute");
      task.run();
      at("Executor.after");
    };
  }
}
