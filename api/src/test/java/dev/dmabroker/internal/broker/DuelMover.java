package dev.dmabroker.internal.broker;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.WaitTimeoutException;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Has the buffer of a {@link Duel} moved to and fro, by two devices that have no heap in common.
 */
final class DuelMover {
  private final Duel duel;
  private final Random random;
  private final List<Device> clashing;
  private int rounds;
  private int flips;

  DuelMover(Duel duel, Random random) {
    this.duel = duel;
    this.random = random;
    this.clashing =
        List.of(
            duel.broker.register("left", Constraints.builder().permittedHeaps("system").build()),
            duel.broker.register("right", Constraints.builder().permittedHeaps("cma").build()));
  }

  /** Each second time the buffer stays where it is, so that leases stand when it moves next. */
  void round() {
    if (++rounds % 2 == 0) {
      return;
    }
    for (int i = 1 + random.nextInt(2); i > 0 && duel.isFine(); i--) {
      try (Attachment attachment = duel.buffer.attach(clashing.get(++flips % 2))) {
        if (random.nextInt(4) == 0) {
          duel.pause(random);
        }
        switch (random.nextInt(8)) {
          case 0, 1, 2, 3 -> attachment.map(Access.READ, Duel.PATIENCE).close();
          case 4, 5, 6 -> overwrite(attachment);
          default -> {
            // It is gone again.
          }
        }
      }
    }
  }

  /** Drops the contents, unless it gives up before. */
  private void overwrite(Attachment attachment) {
    if (!duel.turn.tryAcquire()) {
      return;
    }
    duel.contents.begin(SoakContents.UNKNOWN);
    Mapping mapping = random.nextInt(3) == 0 ? briefly(attachment) : later(attachment);
    if (mapping == null) {
      duel.contents.undo();
    } else {
      duel.contents.end();
      try (mapping;
          CpuView view = mapping.cpuView()) {
        duel.write(view.bytes());
      }
    }
    duel.turn.release();
  }

  private @Nullable Mapping briefly(Attachment attachment) {
    try {
      return attachment.map(Access.OVERWRITE, Duel.STEP.multipliedBy(1 + random.nextInt(12)));
    } catch (WaitTimeoutException e) {
      return null; // As it may.
    }
  }

  private @Nullable Mapping later(Attachment attachment) {
    CompletableFuture<Mapping> future = attachment.mapAsync(Access.OVERWRITE);
    duel.world.sleep(Duel.STEP.multipliedBy(random.nextInt(random.nextBoolean() ? 3 : 12)));
    return future.cancel(false) ? null : duel.world.join(future);
  }
}
