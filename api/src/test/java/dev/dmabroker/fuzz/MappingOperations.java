package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.FENCES;
import static dev.dmabroker.fuzz.Things.FUTURES;
import static dev.dmabroker.fuzz.Things.MAPPINGS;
import static dev.dmabroker.fuzz.Things.VIEWS;

import dev.dmabroker.CpuView;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.Mapping;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.fuzz.Things.Asked;
import dev.dmabroker.fuzz.Things.Mapped;
import dev.dmabroker.fuzz.Things.View;
import dev.dmabroker.spec.SyncFile;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;

/** What a walk does with mappings, their CPU views, fences, and futures of any kind. */
final class MappingOperations {
  static final List<Operation> ALL =
      List.of(
          new Operation("MappedMemory.fd()", 10, MappingOperations::fd),
          new Operation("MappedMemory.dupFd()", 8, MappingOperations::dupFd),
          new Operation("MappedMemory.cpuView()", 90, MappingOperations::cpuView),
          new Operation("Mapping.closeAfter(SyncFile)", 20, MappingOperations::closeAfter),
          new Operation("Mapping.close()", 120, MappingOperations::close),
          new Operation("getters of MappedMemory", 15, Things.getters(MAPPINGS, Mapped::memory)),
          new Operation("CpuView.bytes()", 110, MappingOperations::bytes),
          new Operation("CpuView.bytes(long,int)", 12, MappingOperations::bytesOf),
          new Operation("CpuView.close()", 50, MappingOperations::closeView),
          new Operation("getters of CpuView", 3, MappingOperations::viewGetters),
          new Operation("a fence signals", 25, MappingOperations::signal),
          new Operation("a future is cancelled", 10, MappingOperations::cancel),
          new Operation("a future is completed", 4, MappingOperations::complete));

  private MappingOperations() {}

  private static Operation.Action fd(Draw draw) {
    Ref<Mapped> mapping = draw.slot(MAPPINGS);
    return world -> {
      if (world.get(mapping).memory().fd() < 0) {
        throw new Finding("it answered a negative number");
      }
    };
  }

  private static Operation.Action dupFd(Draw draw) {
    Ref<Mapped> mapping = draw.slot(MAPPINGS);
    return world -> {
      if (world.get(mapping).memory().dupFd() < 0) {
        throw new Finding("it answered a negative number");
      }
    };
  }

  private static Operation.Action cpuView(Draw draw) {
    Ref<Mapped> mapping = draw.slot(MAPPINGS);
    Ref<View> to = draw.slot(VIEWS);
    return world -> {
      Mapped mapped = world.get(mapping);
      CpuView view = mapped.memory().cpuView();
      world.put(to, new View(view, mapped));
    };
  }

  private static Operation.Action closeAfter(Draw draw) {
    Draw.Closing<Mapped> mapping = draw.closing(MAPPINGS);
    Ref<SyncFile> fence = draw.slot(FENCES);
    boolean isNull = draw.of(List.of(true)) == null;
    return world -> {
      Mapped mapped = world.get(mapping.slot());
      Mapping toEnd = mapped.toEnd();
      SyncFile made = isNull ? Draw.nothing() : world.extensions.fences().make();
      mapped.inTurn(unused -> toEnd.closeAfter(made), world);
      world.put(fence, made);
      mapping.closed(world, mapped);
    };
  }

  private static Operation.Action close(Draw draw) {
    Draw.Closing<Mapped> mapping = draw.closing(MAPPINGS);
    return world -> {
      Mapped mapped = world.get(mapping.slot());
      Mapping toEnd = mapped.toEnd();
      mapped.inTurn(unused -> toEnd.close(), world);
      mapping.closed(world, mapped);
    };
  }

  // ---- CPU views ----

  /** Looks at the contents, and writes them anew if the mapping may write. */
  private static Operation.Action bytes(Draw draw) {
    Ref<View> view = draw.slot(VIEWS);
    return world -> using(world, view, MappingOperations::checkAndWrite);
  }

  /** Uses a view in this thread alone, as the mapping is. */
  interface Use {
    void of(World world, View view) throws Exception;
  }

  private static void using(World world, Ref<View> slot, Use use) throws Exception {
    View view = world.get(slot);
    view.mapped().inTurn(unused -> use.of(world, view), world);
  }

  static void checkAndWrite(World world, View view) {
    MappedMemory memory = view.mapped().memory();
    ByteBuffer bytes = view.view().bytes();
    if (!memory.isOpen()) {
      return; // The memory may be gone, as the stream ended the memory.
    }
    if (bytes.capacity() < memory.layout().sizeBytes()) {
      throw new Finding("it has " + bytes.capacity() + " bytes for " + memory.layout());
    }
    if (memory.access().reads()) {
      view.mapped().contents().check(bytes, memory.layout(), view.mapped().mark(), "" + memory);
    }
    if (memory.access().writes()) {
      view.mapped().contents().write(bytes, memory.layout(), world.value());
    }
  }

  private static Operation.Action bytesOf(Draw draw) {
    Ref<View> view = draw.slot(VIEWS);
    long offset = draw.known(List.of(0L, 1L, 64L, 4096L, -1L, Long.MAX_VALUE, Long.MIN_VALUE));
    int length = draw.known(List.of(0, 1, 36, 64, 4096, -1, Integer.MAX_VALUE));
    return world ->
        using(
            world,
            view,
            (unused, of) -> {
              ByteBuffer bytes = of.view().bytes(offset, length);
              if (bytes.capacity() != length) {
                throw new Finding("it has " + bytes.capacity() + " bytes instead of " + length);
              }
            });
  }

  private static Operation.Action closeView(Draw draw) {
    Draw.Closing<View> view = draw.closing(VIEWS);
    return world ->
        using(
            world,
            view.slot(),
            (unused, of) -> {
              of.view().close();
              view.closed(world, of);
            });
  }

  private static Operation.Action viewGetters(Draw draw) {
    Ref<View> view = draw.slot(VIEWS);
    return world -> using(world, view, (unused, of) -> Getters.readAll(of.view(), world.oracles));
  }

  // ---- What others do meanwhile ----

  private static Operation.Action signal(Draw draw) {
    Ref<SyncFile> fence = draw.slot(FENCES);
    boolean fails = draw.flag("fails", 200);
    return world ->
        world
            .extensions
            .fences()
            .signal(world.take(fence), fails ? OptionalInt.of(5) : OptionalInt.empty());
  }

  private static Operation.Action cancel(Draw draw) {
    Ref<Asked<?>> future = draw.slot(FUTURES);
    return world -> world.take(future).cancel(world);
  }

  private static Operation.Action complete(Draw draw) {
    Ref<Asked<?>> future = draw.slot(FUTURES);
    return world -> {
      Asked<?> asked = world.get(future);
      boolean unused = asked.future().completeExceptionally(new World.OwnFailure());
    };
  }
}
