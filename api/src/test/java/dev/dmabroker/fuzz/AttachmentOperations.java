package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.ATTACHMENTS;
import static dev.dmabroker.fuzz.Things.FUTURES;
import static dev.dmabroker.fuzz.Things.LISTENING;
import static dev.dmabroker.fuzz.Things.MAPPINGS;
import static dev.dmabroker.fuzz.Things.PINS;

import dev.dmabroker.Attachment;
import dev.dmabroker.Mapping;
import dev.dmabroker.MoveListener;
import dev.dmabroker.Pin;
import dev.dmabroker.Subscription;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.fuzz.Things.Asked;
import dev.dmabroker.fuzz.Things.Attached;
import dev.dmabroker.fuzz.Things.Mapped;
import dev.dmabroker.spec.Access;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** What a walk does with attachments and pins. */
final class AttachmentOperations {
  static final List<Operation> ALL =
      List.of(
          new Operation("Attachment.map(Access)", 60, AttachmentOperations::map),
          new Operation("Attachment.map(Access,Duration)", 120, AttachmentOperations::mapWithin),
          new Operation("Attachment.tryMap(Access)", 60, AttachmentOperations::tryMap),
          new Operation("Attachment.mapAsync(Access)", 40, AttachmentOperations::mapAsync),
          new Operation(
              "Attachment.mapAsync(Access,Duration)", 20, AttachmentOperations::mapAsyncWithin),
          new Operation("Attachment.pin()", 5, AttachmentOperations::pin),
          new Operation("Attachment.pin(Duration)", 10, AttachmentOperations::pinWithin),
          new Operation("Attachment.onMove(MoveListener)", 10, AttachmentOperations::onMove),
          new Operation("Attachment.close()", 15, AttachmentOperations::close),
          new Operation(
              "getters of Attachment", 8, Things.getters(ATTACHMENTS, Attached::attachment)),
          new Operation("Pin.close()", 15, AttachmentOperations::closePin),
          new Operation("getters of Pin", 3, Things.getters(PINS, pin -> pin)));

  private AttachmentOperations() {}

  /** Maps with the access; contents may be lost until that has ended. */
  private static <T> T mapping(Attached attached, Access access, Callable<T> map) throws Exception {
    return access == Access.OVERWRITE ? attached.buffer().contents().overwriting(map) : map.call();
  }

  private static Operation.Action map(Draw draw) {
    Ref<Attached> attachment = draw.slot(ATTACHMENTS);
    Access access = draw.of(Access.class);
    Ref<Mapped> to = draw.slot(MAPPINGS);
    return world -> {
      Attached by = world.get(attachment);
      int mark = by.buffer().contents().mark();
      Mapping mapping = mapping(by, access, () -> by.attachment().map(access));
      world.put(to, new Mapped(mapping, by.buffer().contents(), mark));
    };
  }

  private static Operation.Action mapWithin(Draw draw) {
    Ref<Attached> attachment = draw.slot(ATTACHMENTS);
    Access access = draw.of(Access.class);
    Duration timeout = draw.timeout();
    Ref<Mapped> to = draw.slot(MAPPINGS);
    return world -> {
      Attached by = world.get(attachment);
      int mark = by.buffer().contents().mark();
      Mapping mapping = mapping(by, access, () -> by.attachment().map(access, timeout));
      world.put(to, new Mapped(mapping, by.buffer().contents(), mark));
    };
  }

  private static Operation.Action tryMap(Draw draw) {
    Ref<Attached> attachment = draw.slot(ATTACHMENTS);
    Access access = draw.of(Access.class);
    Ref<Mapped> to = draw.slot(MAPPINGS);
    return world -> {
      Attached by = world.get(attachment);
      int mark = by.buffer().contents().mark();
      mapping(by, access, () -> by.attachment().tryMap(access))
          .ifPresent(mapping -> world.put(to, new Mapped(mapping, by.buffer().contents(), mark)));
    };
  }

  private static Operation.Action mapAsync(Draw draw) {
    return mapAsync(draw, "Attachment.mapAsync(Access)", Attachment::mapAsync);
  }

  private static Operation.Action mapAsyncWithin(Draw draw) {
    Duration timeout = draw.timeout();
    return mapAsync(
        draw,
        "Attachment.mapAsync(Access,Duration)",
        (attachment, access) -> attachment.mapAsync(access, timeout));
  }

  private static Operation.Action mapAsync(
      Draw draw, String name, BiFunction<Attachment, Access, CompletableFuture<Mapping>> call) {
    Ref<Attached> attachment = draw.slot(ATTACHMENTS);
    Access access = draw.of(Access.class);
    boolean chained = draw.flag("chained", 500);
    Ref<Asked<?>> future = draw.slot(FUTURES);
    Ref<Mapped> to = draw.slot(MAPPINGS);
    return world -> {
      Attached by = world.get(attachment);
      Contents contents = by.buffer().contents();
      int mark = contents.mark();
      if (access == Access.OVERWRITE) {
        contents.beginLosing();
      }
      CompletableFuture<Mapping> asked = call.apply(by.attachment(), access);
      CompletableFuture<Mapping> followed = world.follow(name, asked);
      if (access == Access.OVERWRITE) {
        CompletableFuture<?> unused =
            followed.whenComplete((mapping, failure) -> contents.endLosing());
      }
      if (chained) {
        CompletableFuture<?> unused =
            followed.thenAccept(
                mapping ->
                    world.oracles.guarded(
                        () -> world.put(to, new Mapped(mapping, contents, mark))));
      }
      world.put(future, new Asked<>(followed, mapping -> world.end("Mapping.close()", mapping)));
    };
  }

  private static Operation.Action pin(Draw draw) {
    Ref<Attached> attachment = draw.slot(ATTACHMENTS);
    Ref<Pin> to = draw.slot(PINS);
    return world -> world.put(to, world.get(attachment).attachment().pin());
  }

  private static Operation.Action pinWithin(Draw draw) {
    Ref<Attached> attachment = draw.slot(ATTACHMENTS);
    Duration timeout = draw.timeout();
    Ref<Pin> to = draw.slot(PINS);
    return world -> world.put(to, world.get(attachment).attachment().pin(timeout));
  }

  private static Operation.Action onMove(Draw draw) {
    Ref<Attached> attachment = draw.slot(ATTACHMENTS);
    boolean isNull = draw.of(List.of(true)) == null;
    Ref<Subscription> to = draw.slot(LISTENING);
    return world -> {
      MoveListener listener =
          generation -> {
            Hostility.Fault unused =
                world.extensions.hostility().strikeSilently(Hostility.Site.ON_MOVE);
          };
      world.put(to, world.get(attachment).attachment().onMove(isNull ? Draw.nothing() : listener));
    };
  }

  private static Operation.Action close(Draw draw) {
    Draw.Closing<Attached> attachment = draw.closing(ATTACHMENTS);
    return world -> attachment.in(world).attachment().close();
  }

  private static Operation.Action closePin(Draw draw) {
    Draw.Closing<Pin> pin = draw.closing(PINS);
    return world -> pin.in(world).close();
  }
}
