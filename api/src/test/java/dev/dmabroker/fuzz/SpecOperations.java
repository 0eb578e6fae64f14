package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.DEVICES;
import static dev.dmabroker.fuzz.Things.DEVICE_SPECS;
import static dev.dmabroker.fuzz.Things.STREAM_SPECS;

import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** What a walk does with devices, and with the specs of devices and streams. */
final class SpecOperations {
  private static final List<Access> ACCESSES =
      List.of(Access.READ_WRITE, Access.READ_WRITE, Access.READ, Access.WRITE, Access.OVERWRITE);

  static final List<Operation> ALL =
      List.of(
          new Operation("DeviceSpec.named(String)", 12, SpecOperations::named),
          ofDevice(
              "constraints(Constraints)",
              6,
              draw -> with(draw.of(Specs.CONSTRAINTS), DeviceSpec::constraints)),
          ofDevice("alternatives(Constraints[])", 4, SpecOperations::alternatives),
          ofDevice("access(Access)", 3, draw -> with(draw.of(ACCESSES), DeviceSpec::access)),
          ofDevice(
              "longestHold(Duration)", 3, draw -> with(draw.setting(), DeviceSpec::longestHold)),
          ofDevice("dispensable()", 3, draw -> (spec, world) -> spec.dispensable()),
          ofDevice("probe(DeviceProbe)", 3, SpecOperations::probe),
          ofDevice(
              "group(String)",
              3,
              draw -> with(draw.of(List.of("a", "b", "red", "blue")), DeviceSpec::group)),
          new Operation("Device.close()", 6, SpecOperations::closeDevice),
          new Operation("getters of Device", 5, Things.getters(DEVICES, device -> device)),
          new Operation("getters of DeviceSpec", 2, Things.getters(DEVICE_SPECS, spec -> spec)),
          new Operation("StreamSpec.of(String,BufferSpec,Device)", 12, SpecOperations::streamOf),
          ofStream("minBuffers(int)", 2, SpecOperations::minBuffers),
          ofStream("maxBuffers(int)", 3, SpecOperations::maxBuffers),
          ofStream("maxBytes(long)", 2, SpecOperations::maxBytes),
          ofStream("quietTime(Duration)", 3, draw -> with(draw.setting(), StreamSpec::quietTime)),
          ofStream(
              "stopDeadline(Duration)",
              6,
              draw -> with(draw.waitingSetting(), StreamSpec::stopDeadline)),
          new Operation("getters of StreamSpec", 2, Things.getters(STREAM_SPECS, spec -> spec)));

  private SpecOperations() {}

  /** Makes a spec that differs from another one. */
  private interface Variation<T> {
    T of(T spec, World world);
  }

  private interface VariationMaker<T> {
    Variation<T> make(Draw draw);
  }

  private static <T> Operation variation(
      String method, int weight, Kind<T> kind, VariationMaker<T> maker) {
    return new Operation(
        method,
        weight,
        draw -> {
          Ref<T> from = draw.slot(kind);
          Variation<T> variation = maker.make(draw);
          return world -> world.put(from, variation.of(world.get(from), world));
        });
  }

  private static Operation ofDevice(String method, int weight, VariationMaker<DeviceSpec> maker) {
    return variation("DeviceSpec." + method, weight, DEVICE_SPECS, maker);
  }

  private static Operation ofStream(String method, int weight, VariationMaker<StreamSpec> maker) {
    return variation("StreamSpec." + method, weight, STREAM_SPECS, maker);
  }

  private static <T, V> Variation<T> with(V value, BiFunction<T, V, T> setter) {
    return (spec, world) -> setter.apply(spec, value);
  }

  // ---- Devices ----

  private static Operation.Action named(Draw draw) {
    String name = draw.name();
    Ref<DeviceSpec> to = draw.slot(DEVICE_SPECS);
    return world -> world.put(to, DeviceSpec.named(name));
  }

  private static Variation<DeviceSpec> alternatives(Draw draw) {
    int count = draw.known(List.of(1, 2, 2, 3, 3, 0, 17));
    List<Constraints> drawn = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      drawn.add(draw.of(Specs.CONSTRAINTS));
    }
    Constraints[] alternatives = drawn.toArray(new Constraints[0]);
    return (spec, world) -> spec.alternatives(alternatives);
  }

  private static Variation<DeviceSpec> probe(Draw draw) {
    boolean isNull = draw.of(List.of(true)) == null;
    return (spec, world) -> spec.probe(isNull ? Draw.nothing() : world.extensions.probe());
  }

  private static Operation.Action closeDevice(Draw draw) {
    Draw.Closing<Device> device = draw.closing(DEVICES);
    return world -> device.in(world).close();
  }

  // ---- Streams ----

  private static Operation.Action streamOf(Draw draw) {
    String name = draw.name();
    BufferSpec buffer = draw.of(List.of(BlobSpec.of(4096), BlobSpec.of(100)), Specs.BAD);
    Ref<Device> producer = draw.argument(DEVICES);
    Ref<StreamSpec> to = draw.slot(STREAM_SPECS);
    return world ->
        world.put(
            to, StreamSpec.of(name, buffer, world.argument(producer)).stopDeadline(Duration.ZERO));
  }

  private static Variation<StreamSpec> minBuffers(Draw draw) {
    int count = draw.known(List.of(1, 2, 3, 0, -1, Integer.MAX_VALUE));
    return (spec, world) -> spec.minBuffers(count);
  }

  private static Variation<StreamSpec> maxBuffers(Draw draw) {
    int count = draw.known(List.of(2, 3, 5, 0, -1, Integer.MAX_VALUE));
    return (spec, world) -> spec.maxBuffers(count);
  }

  private static Variation<StreamSpec> maxBytes(Draw draw) {
    long bytes = draw.known(List.of(1L, 8192L, 20480L, 0L, -1L, Long.MAX_VALUE));
    return (spec, world) -> spec.maxBytes(bytes);
  }
}
