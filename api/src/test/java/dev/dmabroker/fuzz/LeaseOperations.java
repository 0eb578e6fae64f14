package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.ATTACHMENTS;
import static dev.dmabroker.fuzz.Things.FIXED;
import static dev.dmabroker.fuzz.Things.KEPT;
import static dev.dmabroker.fuzz.Things.LEASES;
import static dev.dmabroker.fuzz.Things.MAPPINGS;

import dev.dmabroker.CpuView;
import dev.dmabroker.FixedView;
import dev.dmabroker.KeptMapping;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.RecallListener;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.fuzz.Things.Attached;
import dev.dmabroker.fuzz.Things.Fixed;
import dev.dmabroker.fuzz.Things.Kept;
import dev.dmabroker.fuzz.Things.Leased;
import dev.dmabroker.fuzz.Things.Mapped;
import dev.dmabroker.fuzz.Things.View;
import dev.dmabroker.spec.Access;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;

/** What a walk does with leases, and with mappings and addresses that are kept. */
final class LeaseOperations {
  static final List<Operation> ALL =
      List.of(
          new Operation(
              "Mapping.lease(String,RecallListener)", 40, LeaseOperations::leaseOfMapping),
          new Operation("Lease.tryUse()", 90, LeaseOperations::tryUse),
          new Operation("Lease.endUse()", 40, LeaseOperations::endUse),
          new Operation("Lease.close()", 12, LeaseOperations::close),
          new Operation("getters of Lease", 6, Things.getters(LEASES, Leased::lease)),
          new Operation(
              "KeptMapping.of(Attachment,Access,String,RecallListener)", 20, LeaseOperations::keep),
          new Operation("KeptMapping.use()", 90, LeaseOperations::use),
          new Operation("KeptMapping.close()", 8, LeaseOperations::closeKept),
          new Operation("Attachment.fixedView(int)", 20, LeaseOperations::fixedView),
          new Operation("FixedView.begin(Access)", 60, LeaseOperations::begin),
          new Operation("FixedView.begin(Access,Duration)", 30, LeaseOperations::beginWithin),
          new Operation("FixedView.close()", 8, LeaseOperations::closeFixed));

  private LeaseOperations() {}

  private static RecallListener listener(World world) {
    return recall -> {
      Getters.readAll(recall, world.oracles);
      Hostility.Fault unused =
          world.extensions.hostility().strikeSilently(Hostility.Site.ON_RECALL);
    };
  }

  private static Operation.Action leaseOfMapping(Draw draw) {
    Draw.Closing<Mapped> mapping = draw.closing(MAPPINGS);
    String holder = draw.of(List.of("viewer"));
    boolean isNull = draw.of(List.of(true)) == null;
    boolean stays = draw.flag("in use", 200);
    Ref<Leased> to = draw.slot(LEASES);
    return world -> {
      Mapped mapped = world.get(mapping.slot());
      Mapping toEnd = mapped.toEnd();
      mapped.inTurn(
          unused -> {
            Lease lease = toEnd.lease(holder, isNull ? Draw.nothing() : listener(world));
            if (!stays) {
              lease.endUse();
            }
            world.put(to, new Leased(lease, mapped.contents(), new Semaphore(1)));
          },
          world);
      mapping.closed(world, mapped);
    };
  }

  private static Operation.Action tryUse(Draw draw) {
    Ref<Leased> slot = draw.slot(LEASES);
    boolean stays = draw.flag("stays in use", 50);
    return world -> {
      Leased leased = world.get(slot);
      Things.inTurn(
          leased.turn(),
          unused -> {
            int mark = leased.contents().mark();
            if (leased.lease().tryUse()) {
              try {
                look(world, leased.lease(), leased.contents(), mark);
              } finally {
                if (!stays) {
                  leased.lease().endUse();
                }
              }
            }
          },
          world);
    };
  }

  /** Looks at the contents, and writes them anew if the lease may write. */
  private static void look(World world, Lease lease, Stamped contents, int mark) {
    CpuView view = world.call("MappedMemory.cpuView()", lease::cpuView);
    try {
      Mapped mapped = new Mapped(lease, null, contents, mark, new Semaphore(1));
      CpuView unused =
          world.call(
              "CpuView.bytes()",
              () -> {
                MappingOperations.checkAndWrite(world, new View(view, mapped));
                return view;
              });
    } finally {
      world.end("CpuView.close()", view);
    }
  }

  private static Operation.Action endUse(Draw draw) {
    Ref<Leased> slot = draw.slot(LEASES);
    return world -> {
      Leased leased = world.get(slot);
      Things.inTurn(leased.turn(), unused -> leased.lease().endUse(), world);
    };
  }

  private static Operation.Action close(Draw draw) {
    Draw.Closing<Leased> lease = draw.closing(LEASES);
    return world -> {
      Leased leased = world.get(lease.slot());
      leased.lease().close(); // Also while another thread uses it.
      if (!lease.stays()) {
        world.drop(lease.slot(), leased);
        world.endInTurn("Lease.close()", leased.turn(), leased::end);
      }
    };
  }

  private static Operation.Action keep(Draw draw) {
    Ref<Attached> attachment = draw.argument(ATTACHMENTS);
    Access access = draw.of(Access.class);
    String holder = draw.of(List.of("keeper"));
    boolean isNull = draw.of(List.of(true)) == null;
    Ref<Kept> to = draw.slot(KEPT);
    return world -> {
      // Read once: another thread may put another buffer's attachment into the slot meanwhile.
      Attached attached = world.argument(attachment);
      KeptMapping kept =
          KeptMapping.of(
              attached == null ? Draw.nothing() : attached.attachment(),
              access,
              holder,
              isNull ? Draw.nothing() : listener(world));
      if (attached != null) { // Otherwise the walk says that it takes null.
        world.put(to, new Kept(kept, access, attached.buffer()));
      }
    };
  }

  private static Operation.Action use(Draw draw) {
    Ref<Kept> slot = draw.slot(KEPT);
    return world -> {
      Kept kept = world.get(slot);
      String unused = kept.mapping().toString();
      Contents contents = kept.buffer().contents();
      int mark = contents.mark();
      Lease lease =
          kept.access() == Access.OVERWRITE
              ? contents.overwriting(kept.mapping()::use)
              : kept.mapping().use();
      try {
        look(world, lease, contents, mark);
      } finally {
        lease.endUse();
      }
    };
  }

  private static Operation.Action closeKept(Draw draw) {
    Draw.Closing<Kept> kept = draw.closing(KEPT);
    return world -> kept.in(world).mapping().close();
  }

  private static Operation.Action fixedView(Draw draw) {
    Ref<Attached> attachment = draw.slot(ATTACHMENTS);
    int reserved = draw.known(List.of(1 << 22, 1 << 22, 1 << 22, 4096, 1, 0, -1));
    Ref<Fixed> to = draw.slot(FIXED);
    return world -> {
      Attached attached = world.get(attachment);
      FixedView view = attached.attachment().fixedView(reserved);
      world.put(to, new Fixed(view, attached.buffer()));
    };
  }

  private static Operation.Action begin(Draw draw) {
    return using(draw, FixedView::begin);
  }

  private static Operation.Action beginWithin(Draw draw) {
    Duration timeout = draw.timeout();
    return using(draw, (view, access) -> view.begin(access, timeout));
  }

  private interface Begin {
    FixedView.Use in(FixedView view, Access access);
  }

  private static Operation.Action using(Draw draw, Begin begin) {
    Ref<Fixed> slot = draw.slot(FIXED);
    Access access = draw.of(Access.class);
    return world -> {
      Fixed fixed = world.get(slot);
      String unused = fixed.view().toString();
      Contents contents = fixed.buffer().contents();
      int mark = contents.mark();
      FixedView.Use use =
          access == Access.OVERWRITE
              ? contents.overwriting(() -> begin.in(fixed.view(), access))
              : begin.in(fixed.view(), access);
      try {
        Getters.readAll(use, world.oracles);
        ByteBuffer bytes = use.bytes();
        if (access.reads()) {
          contents.check(bytes, use.layout(), mark, "" + use);
        }
        if (access.writes()) {
          contents.write(bytes, use.layout(), world.value());
        }
      } finally {
        world.end("FixedView.Use.close()", use);
      }
    };
  }

  private static Operation.Action closeFixed(Draw draw) {
    Draw.Closing<Fixed> view = draw.closing(FIXED);
    return world -> view.in(world).view().close();
  }
}
