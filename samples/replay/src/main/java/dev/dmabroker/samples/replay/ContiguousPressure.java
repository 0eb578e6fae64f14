package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;

/**
 * Contiguous memory for twelve pictures. A camera's eight move there when a screen shows them, and
 * stay there, hardly used, when it has gone; then a decoder for contiguous memory wants eight more.
 * Three times over.
 */
final class ContiguousPressure {
  private static final int CYCLES = 3;
  private static final int BUFFERS = 8;
  private static final int SHOWN_FRAMES = 30;
  private static final int FRAMES_BEFORE = 8;
  private static final int DECODED_FRAMES = 36;
  private static final long DECODER_MICROS = 750_000;
  private static final long LOOK_MICROS = 90_000;
  private static final long CYCLE_MICROS = 1_600_000;

  private static final ImageSpec IMAGE = ImageSpec.of(1280, 720, PixelFormat.NV12);

  private ContiguousPressure() {}

  static void script(Broker broker, Agenda agenda) {
    Device camera = Devices.camera(broker);
    Device gallery = broker.register(DeviceSpec.builder("gallery").access(Access.READ).build());
    Device panel = strict(broker, "panel", Access.READ);
    Device projector = strict(broker, "projector", Access.READ);
    Device decoder = strict(broker, "decoder", Access.WRITE);
    Device television = strict(broker, "television", Access.READ);
    Stream album = new Stream(broker, agenda, "album", IMAGE, BUFFERS, camera);
    for (int i = 0; i < CYCLES; i++) {
      Device screen = i % 2 == 0 ? panel : projector;
      String film = "film" + (i + 1);
      agenda.at(
          i * CYCLE_MICROS,
          () -> {
            show(agenda, album, screen, gallery);
            agenda.in(DECODER_MICROS, () -> decode(broker, agenda, film, decoder, television));
          });
    }
    agenda.at(CYCLES * CYCLE_MICROS, album::close);
  }

  private static Device strict(Broker broker, String name, Access access) {
    return Devices.register(broker, name, Devices.CONTIGUOUS, access);
  }

  /** A while on the screen, then a look now and then. */
  private static void show(Agenda agenda, Stream album, Device screen, Device gallery) {
    album.run(SHOWN_FRAMES);
    agenda.in(FRAMES_BEFORE * Stream.PERIOD_MICROS, () -> album.attach(screen));
    long shown = (SHOWN_FRAMES + 2) * Stream.PERIOD_MICROS;
    agenda.in(
        shown,
        () -> {
          album.detach(screen);
          album.attach(gallery);
        });
    int looks = (int) ((CYCLE_MICROS - shown) / LOOK_MICROS) - 1;
    for (int i = 1; i <= looks; i++) {
      int slot = i;
      agenda.in(shown + i * LOOK_MICROS, () -> album.look(gallery, slot));
    }
    agenda.in(CYCLE_MICROS - Stream.PERIOD_MICROS, () -> album.detach(gallery));
  }

  private static void decode(
      Broker broker, Agenda agenda, String name, Device decoder, Device television) {
    Stream film = new Stream(broker, agenda, name, IMAGE, BUFFERS, decoder);
    film.attach(television);
    film.run(DECODED_FRAMES);
    agenda.in((DECODED_FRAMES + 2) * Stream.PERIOD_MICROS, film::close);
  }
}
