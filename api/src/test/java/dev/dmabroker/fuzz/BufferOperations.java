package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.ATTACHMENTS;
import static dev.dmabroker.fuzz.Things.BUFFERS;
import static dev.dmabroker.fuzz.Things.DEVICES;
import static dev.dmabroker.fuzz.Things.SHADOWS;

import dev.dmabroker.Attachment;
import dev.dmabroker.Device;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.fuzz.Things.Attached;
import dev.dmabroker.fuzz.Things.Buffer;
import dev.dmabroker.fuzz.Things.Shadowed;
import java.time.Duration;
import java.util.List;

/** What a walk does with buffers and shadows. */
final class BufferOperations {
  static final List<Operation> ALL =
      List.of(
          new Operation("SharedBuffer.attach(Device)", 70, BufferOperations::attach),
          new Operation("SharedBuffer.prepare(Duration)", 15, BufferOperations::prepareWithin),
          new Operation("SharedBuffer.prepare()", 8, BufferOperations::prepare),
          new Operation("SharedBuffer.evacuate(Duration)", 12, BufferOperations::evacuateWithin),
          new Operation("SharedBuffer.evacuate()", 4, BufferOperations::evacuate),
          new Operation("SharedBuffer.tryEvacuate()", 12, BufferOperations::tryEvacuate),
          new Operation("SharedBuffer.close()", 6, BufferOperations::close),
          new Operation("getters of SharedBuffer", 15, Things.getters(BUFFERS, Buffer::buffer)),
          new Operation("Shadow.buffer()", 8, BufferOperations::shadowBuffer),
          new Operation("Shadow.refresh(Duration)", 12, BufferOperations::refresh),
          new Operation("Shadow.writeBack(Duration)", 12, BufferOperations::writeBack),
          new Operation("Shadow.close()", 2, BufferOperations::closeShadow),
          new Operation("getters of Shadow", 2, Things.getters(SHADOWS, Shadowed::shadow)));

  private BufferOperations() {}

  private static Operation.Action attach(Draw draw) {
    Ref<Buffer> buffer = draw.slot(BUFFERS);
    Ref<Device> device = draw.argument(DEVICES);
    Ref<Attached> to = draw.slot(ATTACHMENTS);
    return world -> {
      Buffer of = world.get(buffer);
      Attachment attachment = of.buffer().attach(world.argument(device));
      world.put(to, new Attached(attachment, of));
    };
  }

  private static Operation.Action prepareWithin(Draw draw) {
    Ref<Buffer> buffer = draw.slot(BUFFERS);
    Duration timeout = draw.timeout();
    return world -> world.get(buffer).buffer().prepare(timeout);
  }

  private static Operation.Action prepare(Draw draw) {
    Ref<Buffer> buffer = draw.slot(BUFFERS);
    return world -> world.get(buffer).buffer().prepare();
  }

  private static Operation.Action evacuateWithin(Draw draw) {
    Ref<Buffer> buffer = draw.slot(BUFFERS);
    Duration timeout = draw.timeout();
    return world -> {
      Buffer of = world.get(buffer);
      of.contents().clear(() -> of.buffer().evacuate(timeout));
    };
  }

  private static Operation.Action evacuate(Draw draw) {
    Ref<Buffer> buffer = draw.slot(BUFFERS);
    return world -> {
      Buffer of = world.get(buffer);
      of.contents().clear(() -> of.buffer().evacuate());
    };
  }

  private static Operation.Action tryEvacuate(Draw draw) {
    Ref<Buffer> buffer = draw.slot(BUFFERS);
    return world -> {
      Buffer of = world.get(buffer);
      of.contents()
          .clear(
              () -> {
                if (!of.buffer().tryEvacuate()) {
                  throw new Skip(); // The contents are as they were.
                }
              });
    };
  }

  private static Operation.Action close(Draw draw) {
    Draw.Closing<Buffer> buffer = draw.closing(BUFFERS);
    return world -> buffer.in(world).buffer().close();
  }

  // ---- Shadows ----

  private static Operation.Action shadowBuffer(Draw draw) {
    Ref<Shadowed> shadow = draw.slot(SHADOWS);
    Ref<Buffer> to = draw.slot(BUFFERS);
    return world -> {
      Shadowed of = world.get(shadow);
      if (of.shadow().buffer() != of.copy().buffer()) {
        throw new Finding("it answered another buffer than before");
      }
      world.put(to, of.copy());
    };
  }

  private static Operation.Action refresh(Draw draw) {
    Ref<Shadowed> shadow = draw.slot(SHADOWS);
    Duration timeout = draw.timeout();
    return world -> {
      Shadowed of = world.get(shadow);
      of.copy()
          .contents()
          .copyFrom(
              of.original().contents(),
              () -> {
                long unused = of.shadow().refresh(timeout);
              });
    };
  }

  private static Operation.Action writeBack(Draw draw) {
    Ref<Shadowed> shadow = draw.slot(SHADOWS);
    Duration timeout = draw.timeout();
    return world -> {
      Shadowed of = world.get(shadow);
      of.original()
          .contents()
          .copyFrom(
              of.copy().contents(),
              () -> {
                long unused = of.shadow().writeBack(timeout);
              });
    };
  }

  private static Operation.Action closeShadow(Draw draw) {
    Draw.Closing<Shadowed> shadow = draw.closing(SHADOWS);
    return world -> shadow.in(world).shadow().close();
  }
}
