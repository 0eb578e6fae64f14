package dev.dmabroker.internal.buffer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerException;
import dev.dmabroker.ClosedException;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.Lease;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.internal.allocation.Departure;
import dev.dmabroker.internal.gate.AttachedDevice;
import dev.dmabroker.internal.gate.UsedPlace;
import dev.dmabroker.internal.heap.HeapAccount;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapTraits;
import dev.dmabroker.testing.Await;
import dev.dmabroker.testing.InOrder;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.SignallingPoller;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZII_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * What may come out where threads meet at a whole buffer; see {@link
 * dev.dmabroker.internal.gate.GateStress}. A buffer is moved by {@link BufferLife#moveOut}, which
 * makes the whole move in the calling thread.
 */
public class BufferStress {
  private static final int OLD = 7;
  private static final int NEW = 8;
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final AtomicInteger NAMES = new AtomicInteger();

  private static volatile Setting setting = new Setting();

  /** Two heaps, a broker that has them, and its devices. */
  private static final class Setting {
    final Memory system = new Memory("system");
    final Memory other = new Memory("other");
    final SignallingPoller poller = new SignallingPoller();

    final Broker broker =
        Broker.builder()
            .heap(system)
            .heap(other)
            .heuristic(new InOrder())
            .fencePoller(poller)
            .moveRetries(Duration.ofNanos(50_000), 10_000)
            .leakTracking(LeakTracking.NEVER) // It goes behind the handles.
            .build();

    final Device cpu = broker.register("cpu", Constraints.none());
    final Device hasty =
        broker.register(DeviceSpec.builder("hasty").longestHold(Duration.ofNanos(20_000)).build());
    final Device elsewhere =
        broker.register("elsewhere", Constraints.builder().forbiddenHeaps("system").build());
  }

  /**
   * Has what follows play with another broker. It knows nothing of what was before, such as whether
   * maps were frequent, so that all plays are alike to a tool that decides on schedules.
   */
  public static void renew() {
    setting = new Setting();
  }

  /** Memory in the Java heap that counts, by buffer, what is out and what is used after that. */
  private static final class Memory implements Heap {
    private final String name;
    private final Map<String, Integer> out = new ConcurrentHashMap<>();

    Memory(String name) {
      this.name = name;
    }

    /** Allocations that are out, fewer if one was given back twice, many if one was misused. */
    int out(String buffer) {
      return out.getOrDefault(buffer, 0);
    }

    private void add(String buffer, int change) {
      out.merge(buffer, change, (a, b) -> a + b == 0 ? null : a + b);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public HeapTraits traits() {
      return ScriptedHeap.ordinary().build();
    }

    @Override
    public Backing allocate(Request request) {
      add(request.label(), 1);
      return new Piece(this, request.label());
    }

    @Override
    public void close() {}
  }

  private static final class Piece implements Backing {
    private final Memory heap;
    private final String label;
    private final ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    private volatile boolean released;

    Piece(Memory heap, String label) {
      this.heap = heap;
      this.label = label;
    }

    private void use() {
      if (released) {
        heap.add(label, 1000);
      }
    }

    @Override
    public long sizeBytes() {
      return 8;
    }

    @Override
    public int fd() {
      use();
      return 3;
    }

    @Override
    public int dupFd() {
      return 3;
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
      use();
      return bytes.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public void beginCpuAccess(Access access) {
      use();
    }

    @Override
    public void endCpuAccess(Access access) {
      use();
    }

    @Override
    public void release() {
      released = true;
      bytes.putInt(0, -1); // Seen to be wrong.
      heap.add(label, -1);
    }
  }

  /** A buffer in the system heap that one device is attached to, with contents. */
  private static final class Written {
    private final Setting setting = BufferStress.setting;
    final ManagedBuffer buffer;
    final AttachedDevice attachment;

    /** Where it lies at first. A move out of there finds nothing to do once it lies elsewhere. */
    private final HeapAccount first;

    Written(Device device) {
      buffer =
          Handles.of(setting.broker.export("stress-" + NAMES.incrementAndGet(), BlobSpec.of(8)));
      attachment = buffer.attach(device);
      try (Mapping mapping = attachment.map(Access.WRITE)) {
        contents(mapping).putInt(0, OLD);
      }
      first = buffer.life.resident().heap();
    }

    int read() {
      try (Attachment reader = buffer.attach(setting.cpu);
          Mapping mapping = reader.map(Access.READ)) {
        return contents(mapping).getInt(0);
      }
    }

    /** As {@link #read}, by a device that reaches the other heap only; -3 if that fails. */
    int readElsewhere() {
      try (Attachment elsewhere = buffer.attach(setting.elsewhere);
          Mapping mapping = elsewhere.map(Access.READ, LONG)) {
        return contents(mapping).getInt(0);
      } catch (BrokerException e) {
        return -3;
      }
    }

    int out() {
      return setting.system.out(buffer.name()) + setting.other.out(buffer.name());
    }

    boolean moveOut() {
      return new BufferTenant(buffer.life).moveOut(Departure.forRoom(first, "room"));
    }

    boolean giveBack() {
      return buffer.tryEvacuate();
    }

    /** Whether nothing is left of it. */
    boolean close() {
      attachment.close();
      buffer.close();
      return buffer.state() == SharedBuffer.State.RELEASED && out() == 0;
    }
  }

  private static ByteBuffer contents(MappedMemory memory) {
    try {
      return ((UsedPlace) memory).place().backing().bytes(0, 8);
    } catch (dev.dmabroker.spi.HeapException e) {
      throw new AssertionError(e);
    }
  }

  private static @Nullable Mapping tryMap(Attachment attachment, Access access) {
    try {
      return attachment.tryMap(access).orElse(null);
    } catch (ClosedException e) {
      return null;
    }
  }

  private static void closeIfAny(@Nullable Mapping mapping) {
    if (mapping != null) {
      mapping.close();
    }
  }

  /** What is written in a use of a lease is there afterwards, wherever that is. */
  @JCStressTest
  @Outcome(id = "true, .*, 8", expect = ACCEPTABLE, desc = "Written, moved or not.")
  @Outcome(id = "false, true, 7", expect = ACCEPTABLE, desc = "Asked back, and moved.")
  @Outcome(id = "false, false, .*", expect = FORBIDDEN, desc = "Asked back by no mover.")
  @Outcome(id = "true, .*, .*", expect = FORBIDDEN, desc = "What was written is lost.")
  @Outcome(id = "false, .*, .*", expect = FORBIDDEN, desc = "What was there is lost.")
  @State
  public static class UseAgainstMove {
    private final Written it = new Written(setting.cpu);
    private final Lease lease = it.attachment.map(Access.READ_WRITE).lease("stress", recall -> {});

    /** For jcstress. */
    public UseAgainstMove() {
      lease.endUse();
    }

    @Actor
    public void user(ZZI_Result r) {
      if (lease.tryUse()) {
        r.r1 = true;
        contents(lease).putInt(0, NEW);
        lease.endUse();
      }
    }

    @Actor
    public void mover(ZZI_Result r) {
      r.r2 = it.moveOut();
    }

    @Arbiter
    public void look(ZZI_Result r) {
      r.r3 = it.read();
      r.r3 = it.close() ? r.r3 : -2;
    }
  }

  /** What is written is there afterwards, wherever that is. */
  @JCStressTest
  @Outcome(id = "true, .*, 8", expect = ACCEPTABLE, desc = "Written, moved or not.")
  @Outcome(id = "false, .*, 7", expect = ACCEPTABLE, desc = "On the move, or seen by the mover.")
  @Outcome(id = "true, .*, .*", expect = FORBIDDEN, desc = "What was written is lost.")
  @Outcome(id = "false, .*, .*", expect = FORBIDDEN, desc = "What was there is lost.")
  @State
  public static class WriteAgainstMove {
    private final Written it = new Written(setting.cpu);

    @Actor
    public void writer(ZZI_Result r) {
      Mapping mapping = tryMap(it.attachment, Access.READ_WRITE);
      if (mapping != null) {
        r.r1 = true;
        contents(mapping).putInt(0, NEW);
        mapping.close();
      }
    }

    @Actor
    public void mover(ZZI_Result r) {
      r.r2 = it.moveOut();
    }

    @Arbiter
    public void look(ZZI_Result r) {
      r.r3 = it.read();
      r.r3 = it.close() ? r.r3 : -2;
    }
  }

  /** A reader that holds on across the move reads what was there; the memory waits for it. */
  @JCStressTest
  @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "Held the old place or the new.")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "On the move.")
  @Outcome(id = "-1, .*", expect = FORBIDDEN, desc = "Reads what was given back.")
  @Outcome(
      id = ".*, [^0].*",
      expect = FORBIDDEN,
      desc = "Memory is left over or used after its end.")
  @State
  public static class ReaderAgainstMove {
    private final Written it = new Written(setting.cpu);
    private volatile @Nullable Mapping mapping;

    @Actor
    public void reader(II_Result r) {
      mapping = tryMap(it.attachment, Access.READ);
    }

    @Actor
    public void mover() {
      boolean unused = it.moveOut();
    }

    @Arbiter
    public void look(II_Result r) {
      r.r1 = mapping == null ? 0 : contents(mapping).getInt(0);
      closeIfAny(mapping);
      it.close();
      r.r2 = it.out();
    }
  }

  /** Of two movers one moves. */
  @JCStressTest
  @Outcome(id = "true, false, 7", expect = ACCEPTABLE, desc = "The first.")
  @Outcome(id = "false, true, 7", expect = ACCEPTABLE, desc = "The second.")
  @Outcome(id = "true, true, .*", expect = FORBIDDEN, desc = "Both.")
  @Outcome(id = "false, false, .*", expect = FORBIDDEN, desc = "Each left it to the other.")
  @Outcome(id = ".*, .*, .*", expect = FORBIDDEN, desc = "The contents are lost.")
  @State
  public static class TwoMovers {
    private final Written it = new Written(setting.cpu);

    @Actor
    public void first(ZZI_Result r) {
      r.r1 = it.moveOut();
    }

    @Actor
    public void second(ZZI_Result r) {
      r.r2 = it.moveOut();
    }

    @Arbiter
    public void look(ZZI_Result r) {
      r.r3 = it.read();
      r.r3 = it.buffer.life.generation == 2 && it.close() ? r.r3 : -2;
    }
  }

  /** A detach leaves the contents alone, moved or not. */
  @JCStressTest
  @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "Intact, and all given back.")
  @Outcome(id = ".*", expect = FORBIDDEN, desc = "Lost, or memory is left over.")
  @State
  public static class DetachAgainstMove {
    private final Written it = new Written(setting.cpu);

    @Actor
    public void detacher() {
      it.attachment.close();
    }

    @Actor
    public void mover() {
      boolean unused = it.moveOut();
    }

    @Arbiter
    public void look(II_Result r) {
      r.r1 = it.read();
      it.close();
      r.r2 = it.out();
    }
  }

  /** The last reference goes while the buffer moves. */
  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Released, old memory and new.")
  @Outcome(id = ".*, 0", expect = FORBIDDEN, desc = "Never released.")
  @Outcome(id = "[^0].*, 1", expect = FORBIDDEN, desc = "Memory left over, or given back twice.")
  @State
  public static class CloseAgainstMove {
    private final Written it = new Written(setting.cpu);

    @Actor
    public void closer() {
      boolean unused = it.close();
    }

    @Actor
    public void mover() {
      boolean unused = it.moveOut();
    }

    @Arbiter
    public void look(II_Result r) {
      r.r1 = it.out();
      r.r2 = it.buffer.state() == SharedBuffer.State.RELEASED ? 1 : 0;
    }
  }

  /** Who maps keeps the memory of a buffer that is closed meanwhile. */
  @JCStressTest
  @Outcome(id = "true, true, true", expect = ACCEPTABLE, desc = "Mapped before the close.")
  @Outcome(id = "false, .*, true", expect = ACCEPTABLE, desc = "Closed before the map.")
  @Outcome(id = "true, false, .*", expect = FORBIDDEN, desc = "Mapped without memory.")
  @Outcome(id = ".*, .*, false", expect = FORBIDDEN, desc = "Never released.")
  @State
  public static class CloseAgainstMap {
    private final Written it = new Written(setting.cpu);
    private volatile @Nullable Mapping mapping;

    @Actor
    public void mapper() {
      mapping = tryMap(it.attachment, Access.READ);
    }

    @Actor
    public void closer() {
      boolean unused = it.close();
    }

    @Arbiter
    public void look(ZZZ_Result r) {
      r.r1 = mapping != null;
      r.r2 = it.out() == 1;
      closeIfAny(mapping);
      r.r3 = it.close();
    }
  }

  /** Memory is not given back under a mapping. */
  @JCStressTest
  @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "Mapped; busy.")
  @Outcome(id = "false, true, true", expect = ACCEPTABLE, desc = "Given back.")
  @Outcome(
      id = "false, false, true",
      expect = ACCEPTABLE,
      desc = "Turned back, taken for a mapping.")
  @Outcome(id = "true, true, .*", expect = FORBIDDEN, desc = "Given back under the mapping.")
  @Outcome(id = ".*, .*, false", expect = FORBIDDEN, desc = "Memory left over.")
  @State
  public static class MapAgainstUnprepare {
    private final Written it = new Written(setting.cpu);
    private volatile @Nullable Mapping mapping;

    @Actor
    public void mapper(ZZZ_Result r) {
      mapping = tryMap(it.attachment, Access.WRITE);
      r.r1 = mapping != null;
    }

    @Actor
    public void giver(ZZZ_Result r) {
      r.r2 = it.giveBack();
    }

    @Arbiter
    public void look(ZZZ_Result r) {
      closeIfAny(mapping);
      r.r3 = it.close();
    }
  }

  /** What is written is there for a device that has the buffer moved to where it reaches it. */
  @JCStressTest
  @Outcome(id = "true, 8, 8", expect = ACCEPTABLE, desc = "Written, then moved.")
  @Outcome(id = "true, 7, 8", expect = ACCEPTABLE, desc = "Moved, then written there.")
  @Outcome(id = "false, 7, 7", expect = ACCEPTABLE, desc = "On the move.")
  @Outcome(id = ".*, -3, .*", expect = FORBIDDEN, desc = "The move never came.")
  @Outcome(id = ".*", expect = FORBIDDEN, desc = "What was written is lost.")
  @State
  public static class WriteAgainstNeed {
    private final Written it = new Written(setting.cpu);

    @Actor
    public void writer(ZII_Result r) {
      Mapping mapping = tryMap(it.attachment, Access.READ_WRITE);
      if (mapping != null) {
        r.r1 = true;
        contents(mapping).putInt(0, NEW);
        mapping.close();
      }
    }

    @Actor
    public void mover(ZII_Result r) {
      r.r2 = it.readElsewhere();
    }

    @Arbiter
    public void look(ZII_Result r) {
      r.r3 = it.read();
      boolean unused = it.close();
    }
  }

  /** What is written in a use of a lease is there for a device that has the buffer moved. */
  @JCStressTest
  @Outcome(id = "true, 8, 8", expect = ACCEPTABLE, desc = "Written, then moved.")
  @Outcome(id = "false, 7, 7", expect = ACCEPTABLE, desc = "Asked back, and moved.")
  @Outcome(id = ".*, -3, .*", expect = FORBIDDEN, desc = "The move never came.")
  @Outcome(id = ".*", expect = FORBIDDEN, desc = "What was written is lost.")
  @State
  public static class UseAgainstNeed {
    private final Written it = new Written(setting.cpu);
    private final Lease lease = it.attachment.map(Access.READ_WRITE).lease("stress", recall -> {});

    /** For jcstress. */
    public UseAgainstNeed() {
      lease.endUse();
    }

    @Actor
    public void user(ZII_Result r) {
      if (lease.tryUse()) {
        r.r1 = true;
        contents(lease).putInt(0, NEW);
        lease.endUse();
      }
    }

    @Actor
    public void mover(ZII_Result r) {
      r.r2 = it.readElsewhere();
    }

    @Arbiter
    public void look(ZII_Result r) {
      lease.close();
      r.r3 = it.read();
      boolean unused = it.close();
    }
  }

  /** A reader keeps the old memory as it was, while a device has the buffer moved. */
  @JCStressTest
  @Outcome(id = "7, 7", expect = ACCEPTABLE, desc = "Read there and here.")
  @Outcome(id = "0, 7", expect = ACCEPTABLE, desc = "On the move.")
  @Outcome(id = "-1, .*", expect = FORBIDDEN, desc = "Reads what was given back.")
  @Outcome(id = ".*, -3", expect = FORBIDDEN, desc = "The move never came.")
  @Outcome(id = ".*", expect = FORBIDDEN, desc = "Reads something else.")
  @State
  public static class ReaderAgainstNeed {
    private final Written it = new Written(setting.cpu);
    private volatile @Nullable Mapping mapping;

    @Actor
    public void reader(II_Result r) {
      mapping = tryMap(it.attachment, Access.READ);
    }

    @Actor
    public void mover(II_Result r) {
      r.r2 = it.readElsewhere();
    }

    @Arbiter
    public void look(II_Result r) {
      r.r1 = mapping == null ? 0 : contents(mapping).getInt(0);
      closeIfAny(mapping);
      boolean unused = it.close();
    }
  }

  /** Somebody who waits for the last mapping is woken by whoever or whatever ends it. */
  @JCStressTest
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "Evacuated.")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "Nobody woke it.")
  @State
  public static class SignalAgainstEvacuate {
    private final Written it = new Written(setting.cpu);
    private final SyncFile fence = setting.poller.fence();

    public SignalAgainstEvacuate() {
      it.attachment.map(Access.WRITE).closeAfter(fence);
    }

    @Actor
    public void poller() {
      setting.poller.signal(fence);
    }

    @Actor
    public void evacuator(I_Result r) {
      try {
        it.buffer.evacuate(LONG);
        r.r1 = 1;
      } catch (WaitTimeoutException e) {
        r.r1 = 0;
      }
    }

    @Arbiter
    public void end() {
      boolean unused = it.close();
    }
  }

  /** A mapping that is closed in both ways ends once, and the fence of neither is forgotten. */
  @JCStressTest
  @Outcome(id = ".*, true, true", expect = ACCEPTABLE, desc = "Closed, and idle in the end.")
  @Outcome(id = ".*, false, .*", expect = FORBIDDEN, desc = "Open still.")
  @Outcome(id = ".*, true, false", expect = FORBIDDEN, desc = "Holds its slot for ever.")
  @State
  public static class CloseAgainstCloseAfter {
    private final Written it = new Written(setting.cpu);
    private final SyncFile fence = setting.poller.fence();
    private final Mapping mapping = it.attachment.map(Access.WRITE);

    @Actor
    public void closer() {
      mapping.close();
    }

    @Actor
    public void fencer(ZZZ_Result r) {
      try {
        mapping.closeAfter(fence);
        r.r1 = true;
      } catch (ClosedException e) {
        r.r1 = false;
      }
      setting.poller.signal(fence);
    }

    @Arbiter
    public void look(ZZZ_Result r) {
      r.r2 = !mapping.isOpen();
      r.r3 = it.giveBack() && it.close();
    }
  }

  /** The fence signals as the drain's deadline passes: moved, then or at another attempt. */
  @JCStressTest
  @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "Moved with its contents.")
  @Outcome(id = "-3, .*", expect = FORBIDDEN, desc = "The move never came.")
  @Outcome(id = ".*", expect = FORBIDDEN, desc = "Lost, or memory left over.")
  @State
  public static class SignalAgainstDeadline {
    private final Written it = new Written(setting.hasty);
    private final SyncFile fence = setting.poller.fence();

    public SignalAgainstDeadline() {
      it.attachment.map(Access.READ_WRITE).closeAfter(fence);
    }

    @Actor
    public void mover(II_Result r) {
      r.r1 = it.readElsewhere();
    }

    @Actor
    public void poller() {
      for (int i = 0; i < 200; i++) {
        Thread.onSpinWait();
      }
      setting.poller.signal(fence);
    }

    @Arbiter
    public void look(II_Result r) {
      boolean unused = it.close();
      // Effects of the move run after it is over.
      Await.until("given back", () -> it.out() == 0);
      r.r2 = it.out();
    }
  }
}
