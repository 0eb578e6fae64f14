package dev.dmabroker.samples.replay;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import java.util.Optional;

/**
 * A stream of a generated trace. A producer fills the buffers in turn, a viewer and maybe a
 * latecomer take each frame a period later. In the end the latecomer leaves, and the buffers are
 * closed, or lie there for a while with a look of the viewer now and then.
 */
final class GeneratedStream {
  private static final long LOOK_MICROS = 400_000;

  private final Plan plan;
  private final Agenda agenda;
  private final Script script;
  private final Runnable onLastFrame;
  private boolean joined;

  /**
   * How it will go.
   *
   * @param latecomer joins while the stream runs; empty if no device does
   * @param frames how many pass
   * @param joinsAt the frame at which the latecomer joins, from 1
   * @param looks how often the viewer looks at a buffer after the last frame
   */
  record Plan(
      String name,
      BufferSpec spec,
      int buffers,
      DeviceSpec producer,
      String viewer,
      Optional<String> latecomer,
      int frames,
      int joinsAt,
      int looks) {

    String buffer(int number) {
      return name + "-" + (1 + number % buffers);
    }
  }

  /**
   * Makes a stream.
   *
   * @param onLastFrame is run when the producer has left
   */
  GeneratedStream(Plan plan, Agenda agenda, Script script, Runnable onLastFrame) {
    this.plan = plan;
    this.agenda = agenda;
    this.script = script;
    this.onLastFrame = onLastFrame;
  }

  void begin() {
    for (int i = 0; i < plan.buffers(); i++) {
      script.export(plan.buffer(i), plan.spec());
      script.attach(plan.buffer(i), plan.producer().name());
      script.attach(plan.buffer(i), plan.viewer());
    }
    plan.latecomer()
        .ifPresent(device -> agenda.in(plan.joinsAt() * Stream.PERIOD_MICROS, () -> join(device)));
    frame(0);
  }

  private void join(String device) {
    joined = true;
    for (int i = 0; i < plan.buffers(); i++) {
      script.attach(plan.buffer(i), device);
    }
  }

  /** Fills a buffer, and has the one before taken. */
  private void frame(int number) {
    if (number > 0) {
      take(plan.buffer(number - 1));
    }
    if (number < plan.frames()) {
      script.use(
          plan.buffer(number),
          plan.producer().name(),
          Access.OVERWRITE,
          Stream.PRODUCER_HOLD_MICROS);
      agenda.in(Stream.PERIOD_MICROS, () -> frame(number + 1));
    } else {
      agenda.in(Stream.PERIOD_MICROS, this::end);
    }
  }

  private void take(String buffer) {
    look(buffer, plan.viewer());
    if (joined) {
      plan.latecomer().ifPresent(device -> look(buffer, device));
    }
  }

  private void look(String buffer, String device) {
    script.use(buffer, device, Access.READ, Stream.CONSUMER_HOLD_MICROS);
  }

  private void end() {
    plan.latecomer().ifPresent(this::detach);
    detach(plan.producer().name());
    onLastFrame.run();
    for (int i = 0; i < plan.looks(); i++) {
      int number = i;
      agenda.in((i + 1) * LOOK_MICROS, () -> look(plan.buffer(number), plan.viewer()));
    }
    agenda.in(plan.looks() * LOOK_MICROS + Stream.PERIOD_MICROS, this::close);
  }

  private void detach(String device) {
    for (int i = 0; i < plan.buffers(); i++) {
      script.detach(plan.buffer(i), device);
    }
  }

  private void close() {
    detach(plan.viewer());
    for (int i = 0; i < plan.buffers(); i++) {
      script.close(plan.buffer(i));
    }
  }
}
