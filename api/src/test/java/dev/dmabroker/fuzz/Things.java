package dev.dmabroker.fuzz;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BufferStream;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.FixedView;
import dev.dmabroker.Frame;
import dev.dmabroker.KeptMapping;
import dev.dmabroker.Lease;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.Subscription;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.SyncFile;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The kinds of things that exist in a world, and what the walk knows of each. */
final class Things {
  private Things() {}

  /** A buffer and what is in it. */
  record Buffer(SharedBuffer buffer, Contents contents) {}

  record Attached(Attachment attachment, Buffer buffer) {}

  /** A stream and what may be in its frames. */
  record Stream(BufferStream stream, FrameContents contents) {}

  record Consumer(StreamConsumer consumer, Stream stream) {}

  record Shadowed(Shadow shadow, Buffer original, Buffer copy) {}

  /**
   * Memory that is mapped, what is in it, and the turn of the threads that look into it or end the
   * mapping: the API asks to close the view before the mapping, and one thread at a time to use a
   * view.
   *
   * @param mapping ends it; null if that is a frame's
   */
  record Mapped(
      MappedMemory memory, @Nullable Mapping mapping, Stamped contents, int mark, Semaphore turn) {
    Mapped(Mapping mapping, Stamped contents, int mark) {
      this(mapping, mapping, contents, mark, new Semaphore(1));
    }

    /** The mapping, unless it is a frame's. */
    Mapping toEnd() {
      if (mapping == null) {
        throw new Skip();
      }
      return mapping;
    }

    /** Does what must not run while another thread looks into the memory. */
    void inTurn(Operation.Action action, World world) throws Exception {
      Things.inTurn(turn, action, world);
    }
  }

  /** A lease, and what lies in its memory; a thread uses it in its turn. */
  record Leased(Lease lease, Stamped contents, Semaphore turn) {
    /** Ends the uses that go on, and gives the lease back. */
    void end() {
      while (lease.uses() > 0) {
        lease.endUse();
      }
      lease.close();
    }
  }

  record Kept(KeptMapping mapping, Access access, Buffer buffer) {}

  record Fixed(FixedView view, Buffer buffer) {}

  record View(CpuView view, Mapped mapped) {}

  record Filling(EmptyFrame frame, Stream stream, Semaphore turn) {}

  record Taken(Frame frame, Stream stream, Semaphore turn) {}

  /** A future and what is done with a result that no other step got. */
  record Asked<T>(CompletableFuture<T> future, java.util.function.Consumer<T> ending) {
    /** Cancels it, or ends its result, which may come later. */
    void cancel(World world) {
      if (!future.cancel(false)) {
        world.endsLater(future.thenAccept(ending));
      }
    }
  }

  static void inTurn(Semaphore turn, Operation.Action action, World world) throws Exception {
    if (!turn.tryAcquire()) {
      throw new Skip();
    }
    try {
      action.run(world);
    } finally {
      turn.release();
    }
  }

  /** Reads all that a thing tells of itself. */
  static <T> Operation.Maker getters(Kind<T> kind, Function<T, Object> part) {
    return draw -> {
      Kind.Ref<T> slot = draw.slot(kind);
      return world -> Getters.readAll(part.apply(world.get(slot)), world.oracles);
    };
  }

  // ---- The slots ----

  static final Kind<Broker> BROKERS =
      new Kind<>("broker", 2, (world, it) -> world.end("Broker.close()", it));
  static final Kind<BrokerBuilder> BUILDERS = new Kind<>("builder", 2, (world, it) -> {});
  static final Kind<DeviceSpec> DEVICE_SPECS = new Kind<>("deviceSpec", 5, (world, it) -> {});
  static final Kind<StreamSpec> STREAM_SPECS = new Kind<>("streamSpec", 3, (world, it) -> {});
  static final Kind<Device> DEVICES =
      new Kind<>("device", 10, (world, it) -> world.end("Device.close()", it));
  static final Kind<Buffer> BUFFERS =
      new Kind<>("buffer", 8, (world, it) -> world.end("SharedBuffer.close()", it.buffer()));
  static final Kind<Attached> ATTACHMENTS =
      new Kind<>("attachment", 14, (world, it) -> world.end("Attachment.close()", it.attachment()));
  static final Kind<Pin> PINS = new Kind<>("pin", 3, (world, it) -> world.end("Pin.close()", it));
  static final Kind<Mapped> MAPPINGS =
      new Kind<>(
          "mapping",
          8,
          (world, it) -> {
            if (it.mapping() != null) {
              world.endInTurn("Mapping.close()", it.turn(), it.mapping());
            }
          });
  static final Kind<Leased> LEASES =
      new Kind<>("lease", 6, (world, it) -> world.endInTurn("Lease.close()", it.turn(), it::end));
  static final Kind<Kept> KEPT =
      new Kind<>("kept", 6, (world, it) -> world.end("KeptMapping.close()", it.mapping()));
  static final Kind<Fixed> FIXED =
      new Kind<>("fixed", 4, (world, it) -> world.end("FixedView.close()", it.view()));
  static final Kind<View> VIEWS =
      new Kind<>(
          "view",
          5,
          (world, it) -> world.endInTurn("CpuView.close()", it.mapped().turn(), it.view()));
  static final Kind<Shadowed> SHADOWS =
      new Kind<>("shadow", 2, (world, it) -> world.end("Shadow.close()", it.shadow()));
  static final Kind<Stream> STREAMS =
      new Kind<>("stream", 3, (world, it) -> world.end("BufferStream.close()", it.stream()));
  static final Kind<Consumer> CONSUMERS =
      new Kind<>("consumer", 5, (world, it) -> world.end("StreamConsumer.close()", it.consumer()));
  static final Kind<Filling> FILLING =
      new Kind<>(
          "filling",
          4,
          (world, it) -> world.endInTurn("EmptyFrame.close()", it.turn(), it.frame()));
  static final Kind<Taken> TAKEN =
      new Kind<>(
          "taken", 4, (world, it) -> world.endInTurn("Frame.close()", it.turn(), it.frame()));
  static final Kind<Asked<?>> FUTURES = new Kind<>("future", 6, (world, it) -> it.cancel(world));
  static final Kind<Flow.Subscription> SUBSCRIPTIONS =
      new Kind<>("subscription", 3, (world, it) -> it.cancel());
  static final Kind<Subscription> LISTENING =
      new Kind<>("listening", 3, (world, it) -> world.end("Subscription.close()", it));
  static final Kind<SyncFile> FENCES = new Kind<>("fence", 8, (world, it) -> {});

  /** All but the brokers, in the order in which a walk ends them. */
  static final List<Kind<?>> ALL =
      List.of(
          SUBSCRIPTIONS,
          FUTURES,
          VIEWS,
          TAKEN,
          FILLING,
          MAPPINGS,
          LEASES,
          KEPT,
          FIXED,
          PINS,
          CONSUMERS,
          STREAMS,
          SHADOWS,
          ATTACHMENTS,
          BUFFERS,
          DEVICES,
          LISTENING,
          FENCES,
          STREAM_SPECS,
          DEVICE_SPECS,
          BUILDERS);
}
