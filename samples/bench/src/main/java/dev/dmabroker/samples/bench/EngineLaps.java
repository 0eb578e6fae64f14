package dev.dmabroker.samples.bench;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapTraits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What applications do in a broker that others use, too. Each lap leaves nothing behind. */
final class EngineLaps {
  private static final String GROUP = "lap";
  private static final int MAPS = 100;

  /** How many laps there are for one of what looks at all things, and so takes long. */
  private static final int LAPS_OF_A_LOOK = 10;

  private final Crowd crowd;
  private final Broker broker;
  private final Laps times;
  private final Device viewer;
  private final Device mover;
  private final Device strict;
  private final List<SharedBuffer> scarce = new ArrayList<>();
  private final List<Attachment> scarceAttachments = new ArrayList<>();

  EngineLaps(Crowd crowd, Laps times) {
    this.crowd = crowd;
    this.broker = crowd.broker();
    this.times = times;
    viewer = crowd.device("viewer", GROUP, Crowd.HOME, Crowd.OTHER, Crowd.SCARCE);
    mover = crowd.device("mover", GROUP, Crowd.OTHER);
    strict = crowd.device("strict", GROUP, Crowd.SCARCE);
    for (int i = 0; i < Crowd.SCARCE_BUFFERS; i++) {
      SharedBuffer buffer = broker.export("scarce-" + i, Crowd.PAGE, viewer);
      scarceAttachments.add(buffer.attach(viewer));
      fetch(buffer);
      scarce.add(buffer);
    }
  }

  void run(int laps) throws Exception {
    for (int lap = 0; lap < laps; lap++) {
      live();
      comeAndGo(lap);
      if (lap % LAPS_OF_A_LOOK == 0) {
        makeRoom();
        adopt();
        times.done(ScaledOperation.SNAPSHOT, () -> broker.snapshot());
      }
    }
  }

  /** The life of a device and a buffer. */
  private void live() throws Exception {
    Device camera =
        times.made(
            ScaledOperation.REGISTER, () -> crowd.device("camera", GROUP, Crowd.HOME, Crowd.OTHER));
    times.done(
        ScaledOperation.PLAN, () -> broker.plan(Crowd.PAGE, List.of(camera, viewer)).placements());
    SharedBuffer frame =
        times.made(ScaledOperation.EXPORT, () -> broker.export("frame", Crowd.PAGE, camera));
    Attachment filled = times.made(ScaledOperation.ATTACH, () -> frame.attach(camera));
    times.done(ScaledOperation.FIRST_MAP, () -> filled.map(Access.OVERWRITE).close());
    times.done(ScaledOperation.SETTLED_MAP, MAPS, () -> filled.map(Access.READ).close());
    Attachment moved =
        times.made(
            ScaledOperation.MOVE,
            () -> {
              Attachment attachment = frame.attach(mover);
              attachment.map(Access.READ).close();
              return attachment;
            });
    times.done(ScaledOperation.DETACH, moved::close);
    filled.close();
    times.done(ScaledOperation.CLOSE, frame::close);
    times.done(ScaledOperation.UNREGISTER, camera::close);
  }

  /** A buffer gets memory of the full heap, and leaves it to the one that it has driven out. */
  private void makeRoom() throws Exception {
    SharedBuffer frame = broker.export("frame", Crowd.PAGE, strict);
    try (Attachment attachment = frame.attach(strict)) {
      times.done(ScaledOperation.MAKE_ROOM, () -> attachment.map(Access.OVERWRITE).close());
    }
    frame.close();
    for (SharedBuffer buffer : scarce) {
      if (!buffer.heapName().equals(Optional.of(Crowd.SCARCE))) {
        fetch(buffer);
      }
    }
  }

  /** Has a buffer lie in the heap with little room, though its own device does not need that. */
  private void fetch(SharedBuffer buffer) {
    try (Attachment attachment = buffer.attach(strict)) {
      attachment.map(Access.WRITE).close();
    }
  }

  private void adopt() throws Exception {
    times.done(
        ScaledOperation.ADOPT,
        () -> broker.adopt("adopted", Crowd.PAGE, Crowd.PAGE.layout(), new MarkedMemory()).close());
  }

  /** Ten buffers of a group that others know nothing of. */
  private void comeAndGo(int lap) throws Exception {
    String group = "passing-" + lap;
    List<AutoCloseable> all = new ArrayList<>();
    times.done(
        ScaledOperation.COME,
        () -> {
          Device device = crowd.device(group + "/device", group, Crowd.HOME);
          all.add(device);
          for (int i = 0; i < Crowd.BUFFERS_OF_A_DEVICE; i++) {
            SharedBuffer buffer = broker.export(group + "/buffer-" + i, Crowd.PAGE, device);
            Attachment attachment = buffer.attach(device);
            attachment.map(Access.OVERWRITE).close();
            all.add(0, buffer);
            all.add(0, attachment);
          }
        });
    times.done(
        ScaledOperation.GO,
        () -> {
          for (AutoCloseable each : all) {
            each.close();
          }
        });
  }

  /** Memory that tells what it is, as a dma-buf does. */
  private static final class MarkedMemory implements ForeignMemory {
    private final OneBackingHeap heap = new OneBackingHeap("marked", 1, new Object());

    @Override
    public String name() {
      return heap.name();
    }

    @Override
    public HeapTraits traits() {
      return heap.traits();
    }

    @Override
    public boolean movable() {
      return false;
    }

    @Override
    public Backing open() throws HeapException {
      return heap.allocate(new Heap.Request("adopted", OneBackingHeap.BYTES));
    }
  }
}
