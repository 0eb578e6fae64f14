package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.BUFFERS;
import static dev.dmabroker.fuzz.Things.BUILDERS;
import static dev.dmabroker.fuzz.Things.DEVICES;
import static dev.dmabroker.fuzz.Things.DEVICE_SPECS;
import static dev.dmabroker.fuzz.Things.LISTENING;
import static dev.dmabroker.fuzz.Things.SHADOWS;
import static dev.dmabroker.fuzz.Things.STREAMS;
import static dev.dmabroker.fuzz.Things.STREAM_SPECS;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.Plan;
import dev.dmabroker.Shadow;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.Subscription;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.fuzz.Things.Buffer;
import dev.dmabroker.fuzz.Things.Shadowed;
import dev.dmabroker.fuzz.Things.Stream;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.ForeignMemory;
import dev.dmabroker.testing.SnapshotInvariants;
import java.util.ArrayList;
import java.util.List;

/** What a walk does with brokers. */
final class BrokerOperations {
  private static final int MOST_IN_A_PLAN = 3;

  static final List<Operation> ALL =
      List.of(
          new Operation("Broker.builder()", 2, BrokerOperations::builder),
          new Operation("Broker.register(String,Constraints)", 12, BrokerOperations::register),
          new Operation("Broker.register(DeviceSpec)", 20, BrokerOperations::registerSpec),
          new Operation("Broker.export(BufferSpec)", 20, BrokerOperations::export),
          new Operation("Broker.export(String,BufferSpec)", 20, BrokerOperations::exportNamed),
          new Operation(
              "Broker.export(String,BufferSpec,Device)", 20, BrokerOperations::exportOwned),
          new Operation("Broker.exportSet(String,BufferSpec,int)", 6, BrokerOperations::exportSet),
          new Operation("Broker.stream(StreamSpec)", 12, BrokerOperations::stream),
          new Operation(
              "Broker.adopt(String,BufferSpec,ForeignMemory)", 20, BrokerOperations::adopt),
          new Operation(
              "Broker.adopt(String,BufferSpec,Layout,ForeignMemory)",
              5,
              BrokerOperations::adoptLaidOut),
          new Operation("Broker.shadow(SharedBuffer)", 10, BrokerOperations::shadow),
          new Operation("Broker.plan(BufferSpec,Collection)", 8, BrokerOperations::plan),
          new Operation("Broker.rescan()", 6, BrokerOperations::rescan),
          new Operation("Broker.snapshot()", 15, BrokerOperations::snapshot),
          new Operation("Broker.listen(BrokerListener)", 4, BrokerOperations::listen),
          new Operation(
              "Broker.listen(BrokerListener,Delivery)", 3, BrokerOperations::listenDelivered),
          new Operation("Subscription.close()", 2, BrokerOperations::closeListening),
          new Operation("Broker.close()", 2, BrokerOperations::close));

  private BrokerOperations() {}

  private static Operation.Action builder(Draw draw) {
    Ref<BrokerBuilder> to = draw.slot(BUILDERS);
    return world -> world.put(to, world.extensions.newBuilder());
  }

  // ---- Devices ----

  private static Operation.Action register(Draw draw) {
    Ref<Broker> broker = draw.broker();
    String name = draw.name();
    Constraints constraints = draw.of(Specs.CONSTRAINTS);
    Ref<Device> to = draw.slot(DEVICES);
    return world -> world.put(to, world.get(broker).register(name, constraints));
  }

  private static Operation.Action registerSpec(Draw draw) {
    Ref<Broker> broker = draw.broker();
    Ref<DeviceSpec> spec = draw.argument(DEVICE_SPECS);
    Ref<Device> to = draw.slot(DEVICES);
    return world -> world.put(to, world.get(broker).register(world.argument(spec)));
  }

  // ---- Buffers ----

  private static Buffer fresh(SharedBuffer buffer) {
    return new Buffer(buffer, new Contents(Stamps.ZERO));
  }

  private static BufferSpec spec(Draw draw) {
    return draw.of(Specs.GOOD, Specs.BAD);
  }

  private static Operation.Action export(Draw draw) {
    Ref<Broker> broker = draw.broker();
    BufferSpec spec = spec(draw);
    Ref<Buffer> to = draw.slot(BUFFERS);
    return world -> world.put(to, fresh(world.get(broker).export(spec)));
  }

  private static Operation.Action exportNamed(Draw draw) {
    Ref<Broker> broker = draw.broker();
    String name = draw.name();
    BufferSpec spec = spec(draw);
    Ref<Buffer> to = draw.slot(BUFFERS);
    return world -> world.put(to, fresh(world.get(broker).export(name, spec)));
  }

  private static Operation.Action exportOwned(Draw draw) {
    Ref<Broker> broker = draw.broker();
    String name = draw.name();
    BufferSpec spec = spec(draw);
    Ref<Device> owner = draw.argument(DEVICES);
    Ref<Buffer> to = draw.slot(BUFFERS);
    return world ->
        world.put(to, fresh(world.get(broker).export(name, spec, world.argument(owner))));
  }

  private static Operation.Action exportSet(Draw draw) {
    Ref<Broker> broker = draw.broker();
    String name = draw.name();
    BufferSpec spec = spec(draw);
    int count = draw.known(List.of(1, 2, 2, 3, 3, 4, 0, -1, 1025, Integer.MAX_VALUE));
    Ref<Buffer> to = draw.slot(BUFFERS);
    return world -> {
      List<SharedBuffer> set = world.get(broker).exportSet(name, spec, count);
      for (int i = 0; i < set.size(); i++) {
        world.put(new Ref<>(BUFFERS, (to.number() + i) % BUFFERS.slots()), fresh(set.get(i)));
      }
    };
  }

  private static Operation.Action stream(Draw draw) {
    Ref<Broker> broker = draw.broker();
    Ref<dev.dmabroker.StreamSpec> spec = draw.argument(STREAM_SPECS);
    Ref<Stream> to = draw.slot(STREAMS);
    return world -> {
      BufferStream stream = world.get(broker).stream(world.argument(spec));
      world.put(to, new Stream(stream, new FrameContents()));
    };
  }

  // ---- Memory that is there already ----

  private static Operation.Action adopt(Draw draw) {
    Ref<Broker> broker = draw.broker();
    String name = draw.name();
    BufferSpec spec = spec(draw);
    boolean movable = draw.flag("movable", 500);
    boolean isNull = draw.of(List.of(true)) == null;
    Ref<Buffer> to = draw.slot(BUFFERS);
    return world -> {
      long value = world.value();
      ForeignMemory memory =
          isNull ? Draw.nothing() : world.extensions.memory("mine", movable, tightest(spec), value);
      SharedBuffer adopted = world.get(broker).adopt(name, spec, memory);
      world.put(to, new Buffer(adopted, new Contents(value)));
    };
  }

  /** The layout that the broker will take for the spec, if it takes it. */
  private static Layout tightest(BufferSpec spec) {
    return spec != null && Specs.GOOD.contains(spec) ? spec.layout() : BlobSpec.of(1).layout();
  }

  private static Operation.Action adoptLaidOut(Draw draw) {
    Ref<Broker> broker = draw.broker();
    String name = draw.name();
    BufferSpec spec = spec(draw);
    Layout layout = draw.of(Specs.LAYOUTS);
    boolean movable = draw.flag("movable", 500);
    String memoryName = draw.known(List.of("mine", "mine", "mine", "system", ""));
    Ref<Buffer> to = draw.slot(BUFFERS);
    return world -> {
      long value = world.value();
      ForeignMemory memory = world.extensions.memory(memoryName, movable, layout, value);
      SharedBuffer adopted = world.get(broker).adopt(name, spec, layout, memory);
      world.put(to, new Buffer(adopted, new Contents(value)));
    };
  }

  private static Operation.Action shadow(Draw draw) {
    Ref<Broker> broker = draw.broker();
    Ref<Buffer> original = draw.argument(BUFFERS);
    Ref<Shadowed> to = draw.slot(SHADOWS);
    return world -> {
      Buffer of = world.argument(original); // Once: the slot may be filled anew meanwhile.
      Shadow shadow = world.get(broker).shadow(of == null ? Draw.nothing() : of.buffer());
      world.put(to, new Shadowed(shadow, of, fresh(shadow.buffer())));
    };
  }

  // ---- Questions ----

  private static Operation.Action plan(Draw draw) {
    Ref<Broker> broker = draw.broker();
    BufferSpec spec = spec(draw);
    List<Ref<Device>> devices = new ArrayList<>();
    for (int i = draw.number(MOST_IN_A_PLAN + 1); i > 0; i--) {
      devices.add(draw.argument(DEVICES));
    }
    return world -> {
      List<Device> chosen = new ArrayList<>();
      devices.forEach(each -> chosen.add(world.argument(each)));
      Plan plan = world.get(broker).plan(spec, chosen);
      Getters.readAll(plan, world.oracles);
    };
  }

  /** Rescans, mostly after a heap has come or gone. */
  private static Operation.Action rescan(Draw draw) {
    Ref<Broker> broker = draw.broker();
    int nodes = draw.number(4);
    return world -> {
      world.extensions.nodes(nodes);
      Getters.readAll(world.get(broker).rescan(), world.oracles);
    };
  }

  private static Operation.Action snapshot(Draw draw) {
    Ref<Broker> broker = draw.broker();
    return world -> {
      BrokerSnapshot snapshot = world.get(broker).snapshot();
      try {
        SnapshotInvariants.check(snapshot);
      } catch (AssertionError e) {
        throw new Finding("an invariant is broken", e);
      }
      Getters.readAll(snapshot, world.oracles);
    };
  }

  private static Operation.Action listen(Draw draw) {
    Ref<Broker> broker = draw.broker();
    boolean isNull = draw.of(List.of(true)) == null;
    Ref<Subscription> to = draw.slot(LISTENING);
    return world -> {
      BrokerListener listener = isNull ? Draw.nothing() : world.extensions.listener();
      world.put(to, world.get(broker).listen(listener));
    };
  }

  private static Operation.Action listenDelivered(Draw draw) {
    Ref<Broker> broker = draw.broker();
    Delivery delivery = draw.of(Delivery.class);
    Ref<Subscription> to = draw.slot(LISTENING);
    return world -> world.put(to, world.get(broker).listen(world.extensions.listener(), delivery));
  }

  private static Operation.Action closeListening(Draw draw) {
    Draw.Closing<Subscription> listening = draw.closing(LISTENING);
    return world -> listening.in(world).close();
  }

  private static Operation.Action close(Draw draw) {
    Ref<Broker> broker = draw.otherBroker();
    return world -> world.get(broker).close();
  }
}
