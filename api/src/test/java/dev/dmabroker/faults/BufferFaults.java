package dev.dmabroker.faults;

import static dev.dmabroker.faults.FaultWorld.DEADLINE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.FixedView;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.HeapsChanged;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.testing.Await;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What is tried with one buffer while faults strike. */
public final class BufferFaults {
  private BufferFaults() {}

  public static List<FaultCase> all() {
    return List.of(
        FaultWorld.of(
            "map a buffer without memory",
            world -> {
              Attachment camera = world.attach(world.camera);
              return () -> close(camera.map(Access.WRITE));
            }),
        FaultWorld.of(
            "map a buffer without memory, asynchronously",
            world -> {
              Attachment camera = world.attach(world.camera);
              return () -> take(camera.mapAsync(Access.WRITE));
            }),
        FaultWorld.of(
            "map a settled buffer",
            world -> {
              Attachment camera = settled(world);
              return () -> close(camera.map(Access.READ));
            }),
        FaultWorld.of(
            "map a settled buffer with a timeout",
            world -> {
              Attachment camera = settled(world);
              return () -> close(camera.map(Access.READ, DEADLINE));
            }),
        FaultWorld.of(
            "try to map a settled buffer",
            world -> {
              Attachment camera = settled(world);
              return () -> close(camera.tryMap(Access.READ).get());
            }),
        FaultWorld.of(
            "try to map a buffer without memory",
            world -> {
              Attachment camera = world.attach(world.camera);
              return () -> camera.tryMap(Access.READ).ifPresent(BufferFaults::close);
            }),
        FaultWorld.of(
            "map a settled buffer, asynchronously",
            world -> {
              Attachment camera = settled(world);
              return () -> take(camera.mapAsync(Access.READ));
            }),
        FaultWorld.of(
            "map a settled buffer twice at once",
            world -> {
              Attachment camera = settled(world);
              return () -> {
                Mapping first = camera.map(Access.READ);
                try {
                  close(camera.map(Access.READ));
                } finally {
                  close(first);
                }
              };
            }),
        FaultWorld.of(
            "view a mapping",
            world -> {
              Attachment camera = settled(world);
              return () -> {
                Mapping mapping = camera.map(Access.READ);
                try {
                  close(mapping.cpuView());
                } finally {
                  close(mapping);
                }
              };
            }),
        FaultWorld.of(
            "use a fixed view",
            world -> {
              Attachment camera = settled(world);
              return () -> {
                FixedView view = camera.fixedView(1 << 20);
                try {
                  close(view.begin(Access.READ));
                } finally {
                  close(view);
                }
              };
            }),
        FaultWorld.of(
            "prepare",
            world -> {
              world.attach(world.camera);
              return world.buffer::prepare;
            }),
        FaultWorld.of(
            "tryEvacuate",
            world -> {
              settled(world);
              return () -> {
                assertTrue(world.buffer.tryEvacuate());
              };
            }),
        FaultWorld.of("attach the first device", world -> () -> world.attach(world.camera)),
        FaultWorld.of(
            "attach to a settled buffer",
            world -> {
              settled(world);
              return () -> world.attach(world.viewer);
            }),
        FaultWorld.of(
            "attach a device that makes the buffer move",
            world -> {
              settled(world);
              return () -> world.attach(world.display);
            }),
        FaultWorld.of(
            "map for a device that makes the buffer move",
            world -> {
              settled(world);
              return () -> close(world.attach(world.display).map(Access.READ));
            }),
        FaultWorld.of(
            "overwrite for a device that makes the buffer move",
            world -> {
              settled(world);
              return () -> {
                Attachment display = world.attach(world.display);
                world.contents.clear(); // They are dead as soon as the map is granted.
                close(display.map(Access.OVERWRITE));
              };
            }),
        FaultWorld.of(
            "map for a device that makes the buffer move, asynchronously",
            world -> {
              settled(world);
              return () -> take(world.attach(world.display).mapAsync(Access.READ));
            }),
        FaultWorld.of(
            "close the writer that a move waits for",
            world -> {
              Attachment camera = settled(world);
              Mapping writer = camera.map(Access.WRITE);
              Attachment display = world.attach(world.display);
              world.waits(() -> display.map(Access.READ));
              awaitDraining(world);
              return () -> close(writer);
            }),
        FaultWorld.of(
            "close the reader of the place that a move has left",
            world -> {
              Attachment camera = settled(world);
              Mapping reader = camera.map(Access.READ);
              world.attach(world.display).map(Access.READ).close();
              return () -> close(reader);
            }),
        FaultWorld.of(
            "move a buffer whose reader stays",
            world -> {
              Attachment camera = settled(world);
              world.keep(camera.map(Access.READ));
              return () -> close(world.attach(world.display).map(Access.READ));
            }),
        FaultWorld.of(
            "detach one of two devices",
            world -> {
              Attachment camera = settled(world);
              world.attach(world.viewer);
              return () -> detach(world, camera);
            }),
        FaultWorld.of(
            "detach the device that a move is for",
            world -> {
              Attachment camera = settled(world);
              Mapping writer = camera.map(Access.WRITE);
              Attachment display = world.attach(world.display);
              awaitDraining(world);
              return () -> {
                try {
                  detach(world, display);
                } finally {
                  close(writer);
                }
              };
            }),
        FaultWorld.of(
            "pin and unpin",
            world -> {
              Attachment camera = settled(world);
              return () -> close(camera.pin());
            }),
        FaultWorld.of(
            "pin a buffer without memory",
            world -> {
              Attachment camera = world.attach(world.camera);
              return () -> close(camera.pin());
            }),
        FaultWorld.of(
            "pin while a map waits for a move",
            world -> {
              Attachment camera = settled(world);
              return () -> {
                Pin pin = camera.pin();
                try {
                  world.attach(world.display);
                } finally {
                  close(pin);
                }
              };
            }),
        FaultWorld.of(
            "evacuate an idle buffer",
            world -> {
              settled(world);
              world.contents.clear();
              return () -> world.buffer.evacuate(DEADLINE);
            }),
        FaultWorld.of(
            "close the mapping that an evacuation waits for",
            world -> {
              Attachment camera = settled(world);
              Mapping reader = camera.map(Access.READ);
              world.contents.clear();
              world.waits(
                  () -> {
                    world.buffer.evacuate(DEADLINE);
                    return null;
                  });
              return () -> close(reader);
            }),
        FaultWorld.of(
            "map while an evacuation waits",
            world -> {
              Attachment camera = settled(world);
              Attachment viewer = world.attach(world.viewer);
              Mapping reader = camera.map(Access.READ);
              world.contents.clear();
              world.waits(
                  () -> {
                    world.buffer.evacuate(DEADLINE);
                    return null;
                  });
              world.waits(() -> viewer.map(Access.WRITE));
              return () -> close(reader);
            }),
        FaultWorld.of(
            "cancel an asynchronous map that waits for a move",
            world -> {
              Attachment camera = settled(world);
              Mapping writer = camera.map(Access.WRITE);
              Attachment display = world.attach(world.display);
              CompletableFuture<Mapping> future = display.mapAsync(Access.WRITE);
              return () -> {
                try {
                  future.cancel(false);
                } catch (Error e) {
                  future.cancel(false);
                  throw e;
                } finally {
                  close(writer);
                }
                if (!future.isCancelled()) {
                  take(future);
                }
              };
            }),
        FaultWorld.of(
            "move with a mover that fails once",
            world -> {
              settled(world);
              world.mover.onCopy =
                  () -> {
                    world.mover.onCopy = () -> {};
                    throw new HeapException(HeapException.Kind.FAILED, "told to");
                  };
              return () -> close(world.attach(world.display).map(Access.READ));
            }),
        FaultWorld.of(
            "map while a heap refuses",
            world -> {
              Attachment camera = world.attach(world.camera);
              world.system.refuse(HeapException.Kind.FAILED);
              world.cma.refuse(HeapException.Kind.FULL);
              return () -> close(camera.map(Access.WRITE));
            }),
        FaultWorld.of(
            "make a lease, use it and give it back",
            world -> {
              Attachment camera = settled(world);
              return () -> {
                Lease lease = lease(camera, Access.READ);
                endUse(lease);
                try {
                  if (lease.tryUse()) {
                    endUse(lease);
                  }
                } finally {
                  close(lease);
                }
              };
            }),
        FaultWorld.of(
            "ask leases back for a move",
            world -> {
              Attachment camera = settled(world);
              lease(camera, Access.READ_WRITE).endUse();
              lease(camera, Access.READ).endUse();
              Lease reading = lease(camera, Access.READ);
              world.keep(reading::endUse);
              return () -> close(world.attach(world.display).map(Access.READ));
            }),
        FaultWorld.of(
            "end the use of a lease that a move waits for",
            world -> {
              Attachment camera = settled(world);
              Lease lease = lease(camera, Access.WRITE);
              Attachment display = world.attach(world.display);
              world.waits(() -> display.map(Access.READ));
              awaitDraining(world);
              return () -> endUse(lease);
            }),
        FaultWorld.of(
            "end the use of a lease of the place that a move has left",
            world -> {
              Attachment camera = settled(world);
              Lease lease = lease(camera, Access.READ);
              world.attach(world.display).map(Access.READ).close();
              return () -> endUse(lease);
            }),
        FaultWorld.of(
            "make a lease of a mapping that a move waits for",
            world -> {
              Attachment camera = settled(world);
              Mapping writer = camera.map(Access.WRITE);
              Attachment display = world.attach(world.display);
              world.waits(() -> display.map(Access.READ));
              awaitDraining(world);
              return () -> {
                Lease lease;
                try {
                  lease = writer.lease("viewer", recall -> {});
                } catch (Error e) {
                  close(writer);
                  throw e;
                }
                endUse(lease);
              };
            }),
        FaultWorld.of(
            "evacuate a buffer with leases",
            world -> {
              Attachment camera = settled(world);
              lease(camera, Access.WRITE).endUse();
              lease(camera, Access.READ).endUse();
              world.contents.clear();
              return () -> world.buffer.evacuate(DEADLINE);
            }),
        FaultWorld.of(
            "try to evacuate a buffer with leases",
            world -> {
              Attachment camera = settled(world);
              lease(camera, Access.READ).endUse();
              return () -> {
                boolean unused = world.buffer.tryEvacuate();
              };
            }),
        FaultWorld.of(
            "detach a device with a lease",
            world -> {
              Attachment camera = settled(world);
              lease(camera, Access.READ).endUse();
              Lease used = lease(camera, Access.READ);
              world.attach(world.viewer);
              world.keep(used::endUse);
              return () -> detach(world, camera);
            }),
        FaultWorld.of(
            "close a buffer with a lease",
            world -> {
              Attachment camera = settled(world);
              lease(camera, Access.READ).endUse();
              Lease used = lease(camera, Access.WRITE);
              return () -> {
                try {
                  detach(world, world.attached.get(0));
                } finally {
                  try {
                    world.closeBuffer();
                  } finally {
                    endUse(used);
                  }
                }
              };
            }),
        FaultWorld.of(
            "rescan while heaps join and vanish",
            world -> {
              settled(world);
              world.nodes.nodes.add("old");
              HeapsChanged before = world.broker.rescan();
              world.checkFirst(() -> checkHeaps(world, before));
              return () -> {
                world.nodes.nodes.clear();
                world.nodes.nodes.add("new");
                HeapsChanged unused = world.broker.rescan();
              };
            }),
        FaultWorld.of(
            "close a buffer",
            world -> {
              settled(world);
              return () -> {
                detach(world, world.attached.get(0));
                world.closeBuffer();
              };
            }),
        FaultWorld.of(
            "close a buffer that is being moved",
            world -> {
              Attachment camera = settled(world);
              world.keep(camera.map(Access.WRITE));
              Attachment display = world.attach(world.display);
              awaitDraining(world);
              return () -> {
                try {
                  detach(world, camera);
                } finally {
                  try {
                    detach(world, display);
                  } finally {
                    world.closeBuffer();
                  }
                }
              };
            }),
        FaultWorld.of(
            "close a broker",
            world -> {
              settled(world);
              world.attach(world.display);
              return () -> {
                world.closeBuffer();
                close(world.broker);
              };
            }));
  }

  /** Makes a lease and returns it; if that throws, the mapping is closed. */
  private static Lease lease(Attachment attachment, Access access) {
    Mapping mapping = attachment.map(access);
    try {
      return mapping.lease("viewer", recall -> {});
    } catch (Error e) {
      close(mapping);
      throw e;
    }
  }

  /** Ends a use, and once more if that threw: then it goes on. */
  private static void endUse(Lease lease) {
    try {
      lease.endUse();
    } catch (Error e) {
      lease.endUse();
      throw e;
    }
  }

  /**
   * The heaps are those from before a rescan that threw, or those from after it, and none is lost:
   * another rescan finds what there is.
   */
  private static void checkHeaps(FaultWorld world, HeapsChanged before) {
    HeapsChanged unused = world.broker.rescan();
    List<String> heaps = world.broker.snapshot().heaps().stream().map(HeapState::name).toList();
    if (!heaps.equals(List.of("system", "cma", "new")) || before.joined().size() != 1) {
      throw new AssertionError("the heaps are " + heaps);
    }
    Await.until(
        "what is not used is closed",
        DEADLINE,
        () -> world.nodes.open().equals(world.nodes.sorted()));
  }

  /** Attaches a device, and has contents written. */
  private static Attachment settled(FaultWorld world) {
    Attachment camera = world.attach(world.camera);
    world.write(camera, 7);
    return camera;
  }

  private static void awaitDraining(FaultWorld world) {
    Await.until("draining", DEADLINE, () -> world.buffer.state() == State.DRAINING);
  }

  /** Takes a mapping that is granted some time, and closes it even if that throws. */
  private static void take(CompletableFuture<Mapping> future) throws Exception {
    try {
      close(future.get());
    } catch (Error e) {
      CompletableFuture<Void> unused = future.thenAccept(Mapping::close);
      throw e;
    }
  }

  /** Closes, and once more if that threw: it is open still, or closed. */
  static void close(AutoCloseable opened) {
    try {
      opened.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    } catch (Error e) {
      closeAgain(opened);
      throw e;
    }
  }

  private static void closeAgain(AutoCloseable opened) {
    try {
      opened.close();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void detach(FaultWorld world, Attachment attachment) {
    try {
      close(attachment);
    } finally {
      world.attached.remove(attachment);
    }
  }
}
