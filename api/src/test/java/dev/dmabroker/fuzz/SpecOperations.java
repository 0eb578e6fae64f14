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
          new Operation("DeviceSpec.builder(String)", 12, SpecOperations::device),
          ofDevice("name(String)", 2, draw -> with(draw.name(), DeviceSpec.Builder::name)),
          ofDevice(
              "constraints(Constraints)",
              6,
              draw -> with(draw.of(Specs.CONSTRAINTS), DeviceSpec.Builder::constraints)),
          ofDevice("alternatives(Constraints[])", 4, SpecOperations::alternatives),
          ofDevice(
              "access(Access)", 3, draw -> with(draw.of(ACCESSES), DeviceSpec.Builder::access)),
          ofDevice(
              "longestHold(Duration)",
              3,
              draw -> with(draw.setting(), DeviceSpec.Builder::longestHold)),
          ofDevice("dispensable()", 3, draw -> (builder, world) -> builder.dispensable()),
          ofDevice("explicitSync()", 1, draw -> (builder, world) -> builder.explicitSync()),
          ofDevice("probe(DeviceProbe)", 3, SpecOperations::probe),
          ofDevice(
              "group(String)",
              3,
              draw -> with(draw.of(List.of("a", "b", "red", "blue")), DeviceSpec.Builder::group)),
          new Operation("Device.close()", 6, SpecOperations::closeDevice),
          new Operation("getters of Device", 5, Things.getters(DEVICES, device -> device)),
          new Operation("getters of DeviceSpec", 2, Things.getters(DEVICE_SPECS, spec -> spec)),
          new Operation("StreamSpec.of(String,BufferSpec,Device)", 4, SpecOperations::streamOf),
          new Operation("StreamSpec.builder(String,BufferSpec,Device)", 8, SpecOperations::stream),
          ofStream("name(String)", 2, draw -> with(draw.name(), StreamSpec.Builder::name)),
          ofStream("buffer(BufferSpec)", 2, SpecOperations::buffer),
          ofStream("producer(Device)", 2, SpecOperations::producer),
          ofStream("minBuffers(int)", 2, SpecOperations::minBuffers),
          ofStream("maxBuffers(int)", 3, SpecOperations::maxBuffers),
          ofStream("maxBytes(long)", 2, SpecOperations::maxBytes),
          ofStream(
              "quietTime(Duration)",
              3,
              draw -> with(draw.setting(), StreamSpec.Builder::quietTime)),
          ofStream(
              "stopDeadline(Duration)",
              6,
              draw -> with(draw.waitingSetting(), StreamSpec.Builder::stopDeadline)),
          ofStream("dispensable(Device,Duration)", 4, SpecOperations::dispensable),
          new Operation("getters of StreamSpec", 2, Things.getters(STREAM_SPECS, spec -> spec)));

  private SpecOperations() {}

  /** Sets a part of a spec that is made from another one. */
  private interface Variation<B> {
    B of(B builder, World world);
  }

  private interface VariationMaker<B> {
    Variation<B> make(Draw draw);
  }

  private static Operation ofDevice(
      String method, int weight, VariationMaker<DeviceSpec.Builder> maker) {
    return new Operation(
        "DeviceSpec.Builder." + method,
        weight,
        draw -> {
          Ref<DeviceSpec> of = draw.slot(DEVICE_SPECS);
          Variation<DeviceSpec.Builder> variation = maker.make(draw);
          return world -> world.put(of, variation.of(world.get(of).toBuilder(), world).build());
        });
  }

  /** A spec whose parts contradict each other is refused when it is built. */
  private static Operation ofStream(
      String method, int weight, VariationMaker<StreamSpec.Builder> maker) {
    return new Operation(
        "StreamSpec.Builder." + method,
        weight,
        draw -> {
          Ref<StreamSpec> of = draw.slot(STREAM_SPECS);
          Variation<StreamSpec.Builder> variation = maker.make(draw);
          return world -> {
            StreamSpec.Builder builder = variation.of(world.get(of).toBuilder(), world);
            world.put(of, builder.build());
          };
        });
  }

  private static <T, V> Variation<T> with(V value, BiFunction<T, V, T> setter) {
    return (spec, world) -> setter.apply(spec, value);
  }

  // ---- Devices ----

  private static Operation.Action device(Draw draw) {
    String name = draw.name();
    Ref<DeviceSpec> to = draw.slot(DEVICE_SPECS);
    return world -> world.put(to, DeviceSpec.builder(name).build());
  }

  private static Variation<DeviceSpec.Builder> alternatives(Draw draw) {
    int count = draw.known(List.of(1, 2, 2, 3, 3, 0, 17));
    List<Constraints> drawn = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      drawn.add(draw.of(Specs.CONSTRAINTS));
    }
    Constraints[] alternatives = drawn.toArray(new Constraints[0]);
    return (builder, world) -> builder.alternatives(alternatives);
  }

  private static Variation<DeviceSpec.Builder> probe(Draw draw) {
    boolean isNull = draw.of(List.of(true)) == null;
    return (builder, world) -> builder.probe(isNull ? Draw.nothing() : world.extensions.probe());
  }

  private static Operation.Action closeDevice(Draw draw) {
    Draw.Closing<Device> device = draw.closing(DEVICES);
    return world -> device.in(world).close();
  }

  // ---- Streams ----

  private static final List<BufferSpec> BUFFERS_OF_STREAMS =
      List.of(BlobSpec.of(4096), BlobSpec.of(100));

  private static Operation.Action streamOf(Draw draw) {
    String name = draw.name();
    BufferSpec buffer = draw.of(BUFFERS_OF_STREAMS, Specs.BAD);
    Ref<Device> producer = draw.argument(DEVICES);
    Ref<StreamSpec> to = draw.slot(STREAM_SPECS);
    return world ->
        world.put(
            to,
            StreamSpec.of(name, buffer, world.argument(producer)).toBuilder()
                .stopDeadline(Duration.ZERO)
                .build());
  }

  private static Operation.Action stream(Draw draw) {
    String name = draw.name();
    BufferSpec buffer = draw.of(BUFFERS_OF_STREAMS, Specs.BAD);
    Ref<Device> producer = draw.argument(DEVICES);
    Ref<StreamSpec> to = draw.slot(STREAM_SPECS);
    return world ->
        world.put(
            to,
            StreamSpec.builder(name, buffer, world.argument(producer))
                .stopDeadline(Duration.ZERO)
                .build());
  }

  private static Variation<StreamSpec.Builder> buffer(Draw draw) {
    BufferSpec buffer = draw.of(BUFFERS_OF_STREAMS, Specs.BAD);
    return (builder, world) -> builder.buffer(buffer);
  }

  private static Variation<StreamSpec.Builder> producer(Draw draw) {
    Ref<Device> producer = draw.argument(DEVICES);
    return (builder, world) -> builder.producer(world.argument(producer));
  }

  private static Variation<StreamSpec.Builder> dispensable(Draw draw) {
    Ref<Device> consumer = draw.argument(DEVICES);
    Duration time = draw.waitingSetting();
    return (builder, world) -> builder.dispensable(world.argument(consumer), time);
  }

  private static Variation<StreamSpec.Builder> minBuffers(Draw draw) {
    int count = draw.known(List.of(1, 2, 3, 0, -1, Integer.MAX_VALUE));
    return (builder, world) -> builder.minBuffers(count);
  }

  private static Variation<StreamSpec.Builder> maxBuffers(Draw draw) {
    int count = draw.known(List.of(2, 3, 5, 0, -1, Integer.MAX_VALUE));
    return (builder, world) -> builder.maxBuffers(count);
  }

  private static Variation<StreamSpec.Builder> maxBytes(Draw draw) {
    long bytes = draw.known(List.of(1L, 8192L, 20480L, 0L, -1L, Long.MAX_VALUE));
    return (builder, world) -> builder.maxBytes(bytes);
  }
}
