package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;

/**
 * Displays come and go. Six albums are shown one after the other on a display for contiguous memory
 * and then lie there, looked at now and then; a monitor shows another stream in turns of half a
 * second, and takes contiguous memory each time.
 */
final class Displays {
  private static final int ALBUMS = 6;
  private static final int BUFFERS = 6;
  private static final int SHOWN_FRAMES = 24;
  private static final int TURNS = 8;
  private static final long NEXT_MICROS = 900_000;
  private static final long LOOK_MICROS = 1_500_000;
  private static final long TURN_MICROS = 500_000;
  private static final long END_MICROS = 8_000_000;

  private static final ImageSpec IMAGE = ImageSpec.of(1280, 720, PixelFormat.NV12);

  private Displays() {}

  static void script(Broker broker, Agenda agenda) {
    Device camera = Devices.camera(broker);
    Device display = Devices.register(broker, "display", Devices.CONTIGUOUS, Access.READ);
    Device monitor = Devices.register(broker, "monitor", Devices.CONTIGUOUS, Access.READ);
    Device viewer = Devices.register(broker, "viewer", Constraints.none(), Access.READ);
    for (int i = 0; i < ALBUMS; i++) {
      String name = "album" + (i + 1);
      agenda.at(i * NEXT_MICROS, () -> show(broker, agenda, name, camera, display, viewer));
    }
    agenda.at(0, () -> takeTurns(broker, agenda, camera, monitor));
  }

  /** A while on the display, then a look now and then. */
  private static void show(
      Broker broker, Agenda agenda, String name, Device camera, Device display, Device viewer) {
    long begin = agenda.now();
    Stream album = new Stream(broker, agenda, name, IMAGE, BUFFERS, camera);
    album.attach(viewer);
    album.run(SHOWN_FRAMES);
    agenda.in(6 * Stream.PERIOD_MICROS, () -> album.attach(display));
    long shown = (SHOWN_FRAMES + 2) * Stream.PERIOD_MICROS;
    agenda.in(shown, () -> album.detach(display));
    for (int look = 1; begin + shown + look * LOOK_MICROS < END_MICROS; look++) {
      int slot = look;
      agenda.in(shown + look * LOOK_MICROS, () -> album.look(viewer, slot));
    }
    agenda.at(END_MICROS, album::close);
  }

  /** A stream that runs all the time, and is shown half of it. */
  private static void takeTurns(Broker broker, Agenda agenda, Device camera, Device monitor) {
    Stream live = new Stream(broker, agenda, "live", IMAGE, 3, camera);
    live.run((int) (2 * TURNS * TURN_MICROS / Stream.PERIOD_MICROS) - 4);
    for (int i = 0; i < TURNS; i++) {
      agenda.in(2L * i * TURN_MICROS + 50_000, () -> live.attach(monitor));
      agenda.in((2L * i + 1) * TURN_MICROS, () -> live.detach(monitor));
    }
    agenda.at(END_MICROS, live::close);
  }
}
