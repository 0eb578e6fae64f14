package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.BudgetExceededException;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Names that the broker does not know: typos do not pass. */
class UnknownNamesTest extends Fixture {
  private static final Logger LOG = Logger.getLogger("dev.dmabroker.Broker");
  private static final BlobSpec FRAME = BlobSpec.of(SIZE);

  // ---- Budgets ----

  @Test
  void aBudgetThatIsMistypedIsRefusedWhenTheDeviceThatItWasMeantForExports() {
    broker.close();
    broker = builder().budget("camra", SIZE).budget("vidoe", 4 * SIZE).build();
    Device camera = broker.register("camera", Constraints.none());
    Device scaler = broker.register(DeviceSpec.builder("scaler").group("video").build());
    var failure =
        assertThrows(IllegalArgumentException.class, () -> broker.export("frame", FRAME, camera));
    assertEquals(
        "cannot export frame (65536 bytes): there is a budget of camra, and no device or group of"
            + " that name was registered, while camera has none; did you mean camera? Correct the"
            + " name in BrokerBuilder.budget, or register camra first",
        failure.getMessage());
    failure =
        assertThrows(IllegalArgumentException.class, () -> broker.export("frame", FRAME, scaler));
    assertSays(failure, "there is a budget of vidoe", "did you mean video?");
    assertEquals(List.of(), broker.snapshot().buffers());
    broker.export("nobody's", FRAME).close();
  }

  @Test
  void aStreamOfADeviceWithoutABudgetDoesNotStart() {
    broker.close();
    broker = builder().budget("camra", SIZE).build();
    Device camera = broker.register("camera", Constraints.none());
    BufferStream stream = broker.stream(StreamSpec.of("preview", FRAME, camera));
    var failure = assertThrows(IllegalArgumentException.class, stream::start);
    assertSays(failure, "there is a budget of camra", "did you mean camera?");
    stream.close();
  }

  @Test
  void aBudgetOfADeviceThatIsStillToComeIsNoError() {
    broker.close();
    broker = builder().budget("camera-2", SIZE).budget("encoder", SIZE).build();
    broker.export("frame", FRAME, broker.register("camera-1", Constraints.none()));
  }

  @Test
  void aNameThatADeviceOrGroupOnceHadIsKnown() {
    broker.close();
    broker = builder().budget("camera", SIZE).budget("video", SIZE).build();
    Device scaler = broker.register("scaler", Constraints.none());
    Device old = broker.register(DeviceSpec.builder("camera").group("video").build());
    old.close();
    broker.export("frame", FRAME, scaler);
    Device camera = broker.register("camera", Constraints.none());
    broker.export("frame", FRAME, camera);
    assertThrows(BudgetExceededException.class, () -> broker.export("frame", FRAME, camera));
  }

  // ---- Heaps ----

  private static List<String> warnings(Runnable body) {
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            if (record.getLevel().equals(Level.WARNING)
                && record.getMessage().startsWith("device ")) {
              lines.add(record.getMessage());
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    LOG.addHandler(handler);
    try {
      body.run();
    } finally {
      LOG.removeHandler(handler);
    }
    return List.copyOf(lines);
  }

  private static final String ENCODERS =
      "encoder's permittedHeaps has sytem, and no heap of the broker is called so; did you mean"
          + " system?";

  @Test
  void aHeapThatDoesNotExistIsNamedInTheLogInThePlanAndInTheRefusal() {
    Device[] encoder = new Device[1];
    assertEquals(
        List.of("device " + ENCODERS),
        warnings(
            () ->
                encoder[0] =
                    broker.register(
                        "encoder", Constraints.builder().permittedHeaps("sytem").build())));
    assertEquals(List.of(ENCODERS), broker.plan(FRAME, List.of(encoder[0])).notes());
    assertSays(
        new Exception(broker.plan(FRAME, List.of(encoder[0])).toString()),
        "\n  note: " + ENCODERS + "\n");
    SharedBuffer buffer = broker.export("frame", FRAME);
    var failure = assertThrows(UnsatisfiableException.class, () -> buffer.attach(encoder[0]));
    assertEquals(
        "cannot attach encoder to frame (65536 bytes): no heap suits [encoder]: encoder's"
            + " permittedHeaps=[sytem] cannot be met; it would fit if encoder's"
            + " permittedHeaps=[sytem] were to permit system too (in system); system: encoder's"
            + " permittedHeaps (only [sytem] are permitted); cma: encoder's permittedHeaps (only"
            + " [sytem] are permitted); "
            + ENCODERS,
        failure.getMessage());
    assertEquals(List.of(ENCODERS), failure.plan().notes());
  }

  @Test
  void aHeapThatIsForbiddenOrPreferredAndDoesNotExistIsNamedToo() {
    List<Device> devices = new ArrayList<>();
    List<String> lines =
        warnings(
            () -> {
              devices.add(
                  broker.register("camera", Constraints.builder().forbiddenHeaps("sytem").build()));
              devices.add(
                  broker.register(
                      "viewer",
                      Constraints.builder()
                          .prefer(5, Constraints.builder().permittedHeaps("vram", "cma").build())
                          .build()));
            });
    List<String> notes =
        List.of(
            "camera's forbiddenHeaps has sytem, and no heap of the broker is called so; did you"
                + " mean system?",
            "viewer's permittedHeaps has vram, and no heap of the broker is called so; its heaps"
                + " are [system, cma]");
    assertEquals(notes.stream().map("device "::concat).toList(), lines);
    assertEquals(notes, broker.plan(FRAME, devices).notes());
    assertEquals(2, broker.plan(FRAME, devices).placements().size(), "that refuses nothing");
  }

  @Test
  void namesThatAreKnownAreNotMentioned() {
    List<String> lines =
        warnings(
            () ->
                broker.register(
                    "camera",
                    Constraints.builder().permittedHeaps("cma").forbiddenHeaps("system").build()));
    assertEquals(List.of(), lines);
  }
}
