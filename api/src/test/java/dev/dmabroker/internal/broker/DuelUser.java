package dev.dmabroker.internal.broker;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.KeptMapping;
import dev.dmabroker.Lease;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Uses the buffer of a {@link Duel} in a single way. */
final class DuelUser {
  /** In a round; most of them follow on one another at once. */
  private static final int MOST_USES = 12;

  private final Duel duel;
  private final Way way;
  private final Access access;
  private final Random random;
  private @Nullable Lease lease;
  private @Nullable DuelDevice device;

  /** How a user takes and gives back the buffer. */
  enum Way {
    MAP,
    MAP_BRIEFLY,
    MAP_LATER,
    KEEP,
    LEASE,
    FENCE,
    KERNEL_FENCE
  }

  DuelUser(Duel duel, Way way, Access access, Random random) {
    this.duel = duel;
    this.way = way;
    this.access = access;
    this.random = random;
  }

  void run() throws Exception {
    Device user = duel.broker.register(DeviceSpec.builder("user-" + access).access(access).build());
    try (Attachment attachment = duel.buffer.attach(user);
        KeptMapping kept = KeptMapping.of(attachment, access, "duel", recall -> {})) {
      duel.inRounds(() -> round(attachment, kept));
    } finally {
      if (lease != null) {
        lease.close();
      }
      if (device != null) {
        device.close();
      }
    }
  }

  private void round(Attachment attachment, KeptMapping kept) throws Exception {
    boolean goesOn = true;
    for (int i = 1 + random.nextInt(MOST_USES); i > 0 && goesOn && duel.isFine(); i--) {
      switch (way) {
        case MAP -> map(attachment, Duel.PATIENCE);
        case MAP_BRIEFLY -> briefly(attachment);
        case MAP_LATER -> later(attachment);
        case KEEP -> keep(kept);
        case LEASE -> goesOn = lease(attachment);
        case FENCE -> leave(attachment, /* toKernel= */ false);
        case KERNEL_FENCE -> leave(attachment, /* toKernel= */ true);
      }
      if (random.nextInt(12) == 0) {
        duel.pause(random);
      }
    }
  }

  private void map(Attachment attachment, Duration timeout) {
    int mark = duel.contents.mark();
    try (Mapping mapping = attachment.map(access, timeout)) {
      touch(mapping, mark);
    }
  }

  private void briefly(Attachment attachment) {
    try {
      map(attachment, Duel.STEP.multipliedBy(1 + random.nextInt(12)));
    } catch (WaitTimeoutException e) {
      // As it may.
    }
  }

  private void later(Attachment attachment) throws Exception {
    int mark = duel.contents.mark();
    CompletableFuture<Mapping> future = attachment.mapAsync(access);
    duel.world.sleep(Duel.STEP.multipliedBy(random.nextInt(12)));
    if (!future.cancel(false)) {
      try (Mapping mapping = duel.world.join(future)) {
        touch(mapping, mark);
      }
    }
  }

  private void keep(KeptMapping kept) {
    int mark = duel.contents.mark();
    use(kept.use(), mark);
  }

  private void use(Lease used, int mark) {
    try {
      touch(used, mark);
    } finally {
      used.endUse();
    }
  }

  /**
   * Uses a lease until that is asked back, which it tries more than once, and then maps anew, or
   * does nothing for the rest of the round: false then.
   */
  private boolean lease(Attachment attachment) {
    int mark = duel.contents.mark();
    Lease used = lease;
    if (used == null || !tryUse(used)) {
      if (used != null && random.nextInt(4) > 0) {
        return false;
      }
      used = attachment.map(access, Duel.PATIENCE).lease("duel", recall -> {});
      lease = used;
    }
    use(used, mark);
    return true;
  }

  private boolean tryUse(Lease used) {
    for (int i = random.nextInt(4); i > 0; i--) {
      if (used.tryUse()) {
        return true;
      }
    }
    return used.tryUse();
  }

  private void touch(MappedMemory memory, int mark) {
    if (random.nextInt(6) == 0) {
      duel.pause(random);
    }
    duel.touch(memory, mark);
  }

  /** Maps, and a device writes after that; its fence signals, maybe later still. */
  private void leave(Attachment attachment, boolean toKernel) {
    int mark = duel.contents.mark();
    Mapping mapping = attachment.map(Access.READ_WRITE, Duel.PATIENCE);
    ByteBuffer bytes;
    try (CpuView view = mapping.cpuView()) {
      bytes = view.bytes();
      duel.contents.check(bytes, mark, mapping);
    }
    if (!duel.turn.tryAcquire()) {
      mapping.close();
      return;
    }
    SyncFile fence = duel.poller.fence();
    int fd = mapping.fd();
    long value = duel.beginWrite();
    if (toKernel) {
      duel.writing.put(fd, fence);
      mapping.close();
    } else {
      mapping.closeAfter(fence);
    }
    CompletableFuture<Boolean> written = new CompletableFuture<>();
    Random its = new Random(random.nextLong());
    device()
        .submit(
            () -> {
              duel.pause(its);
              write(bytes, value);
              written.complete(true);
              duel.pause(its);
              duel.writing.remove(fd, fence);
              duel.poller.signal(fence);
            });
    boolean unused = duel.world.join(written);
  }

  private DuelDevice device() {
    DuelDevice its = device;
    if (its == null) {
      its = new DuelDevice(duel.world, "device-of-" + access);
      device = its;
    }
    return its;
  }

  private void write(ByteBuffer bytes, long value) {
    if (SoakContents.isReleased(bytes.getLong(0))) {
      duel.fail(new AssertionError("memory was released before a write to it had ended"));
    }
    duel.contents.fill(bytes, value);
    duel.contents.end();
    duel.turn.release();
  }
}
