package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.KeptMapping;
import dev.dmabroker.Lease;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.LeaseRecalled;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Events;
import dev.dmabroker.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Mappings that an application keeps from frame to frame. */
class KeptMappingTest extends Fixture {
  private static final int FRAMES = 200;

  private final SharedBuffer buffer = export();
  private final Attachment in = buffer.attach(broker.register("camera", Constraints.none()));
  private final BlockingQueue<LeaseRecalled> asked = new LinkedBlockingQueue<>();
  private final KeptMapping kept = KeptMapping.of(in, Access.READ_WRITE, "viewer", asked::add);

  @Test
  void isKeptUntilItIsAskedBack() throws Exception {
    Lease first = kept.use();
    fill(first, 7);
    first.endUse();
    Lease second = kept.use();
    assertSame(first, second);
    second.endUse();
    assertEquals(7, read(buffer.attach(broker.register("display", CONTIGUOUS))));
    assertEquals("viewer", Events.next(asked).holder());
    Lease moved = kept.use();
    assertEquals(2, moved.generation());
    assertEquals(7, read(moved));
    moved.endUse();
    assertEquals(1, broker.snapshot().buffers().get(0).leases().size());
  }

  @Test
  void endsWithItsUses() {
    Lease lease = kept.use();
    kept.close();
    kept.close();
    assertTrue(lease.isOpen());
    assertThrows(ClosedException.class, kept::use);
    assertFalse(buffer.tryEvacuate());
    lease.endUse();
    assertTrue(buffer.tryEvacuate());
    KeptMapping unused = KeptMapping.of(in, Access.READ, "viewer", recall -> {});
    unused.close();
    assertThrows(ClosedException.class, unused::use);
  }

  @Test
  void neitherThreadsNorMovesTakeItFromOneAnother() throws Exception {
    write(in, 1);
    List<Running<Integer>> users = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      KeptMapping shared = KeptMapping.of(in, Access.READ, "viewer", recall -> {});
      for (int thread = 0; thread < 2; thread++) {
        users.add(start(() -> use(shared)));
      }
    }
    for (int i = 0; i < 20; i++) {
      Attachment out = buffer.attach(broker.register("display-" + i, CONTIGUOUS));
      write(out, 1);
      out.close();
      boolean unused = buffer.tryEvacuate();
      write(in, 1);
    }
    for (Running<Integer> user : users) {
      assertEquals(FRAMES, user.result());
    }
  }

  private static int use(KeptMapping shared) {
    int frames = 0;
    while (frames < FRAMES) {
      Lease lease = shared.use();
      try {
        assertTrue(lease.isOpen());
        assertEquals(SIZE, lease.sizeBytes());
        frames++;
      } finally {
        lease.endUse();
      }
    }
    return frames;
  }
}
