package dev.dmabroker.fuzz;

import static dev.dmabroker.fuzz.Things.BUILDERS;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.fuzz.Kind.Ref;
import dev.dmabroker.spi.HeapProvider;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;

/** What a walk does with builders of brokers. */
final class BuilderOperations {
  static final List<Operation> ALL =
      List.of(
          new Operation("BrokerBuilder.build()", 8, BuilderOperations::build),
          setting("discoverHeaps()", draw -> (builder, world) -> builder.discoverHeaps()),
          extension("heaps(HeapProvider)", (builder, world) -> builder.heaps(new Provider(world))),
          extension("heap(Heap)", (builder, world) -> builder.heap(world.extensions.heap("more"))),
          extension(
              "heuristic(PlacementHeuristic)",
              (builder, world) -> builder.heuristic(world.extensions.heuristic())),
          extension(
              "listener(BrokerListener)",
              (builder, world) -> builder.listener(world.extensions.listener())),
          setting("listener(BrokerListener,Delivery)", BuilderOperations::listener),
          extension(
              "rebalancing(RebalancePolicy)",
              (builder, world) -> builder.rebalancing(world.extensions.rebalancing())),
          extension("mover(Mover)", (builder, world) -> builder.mover(world.extensions.mover())),
          extension(
              "fencePoller(FencePoller)",
              (builder, world) -> builder.fencePoller(world.extensions.fences())),
          extension(
              "pressureGauge(PressureGauge)",
              (builder, world) -> builder.pressureGauge(world.extensions.pressureGauge())),
          extension(
              "callbackExecutor(Executor)",
              (builder, world) -> builder.callbackExecutor(world.extensions.executor())),
          setting(
              "mapTimeout(Duration)",
              draw -> durations(draw.waitingSetting(), BrokerBuilder::mapTimeout)),
          setting(
              "longestHold(Duration)",
              draw -> durations(draw.setting(), BrokerBuilder::longestHold)),
          setting(
              "closeTimeout(Duration)",
              draw -> durations(draw.waitingSetting(), BrokerBuilder::closeTimeout)),
          setting("moveRetries(Duration,int)", BuilderOperations::moveRetries),
          setting("budget(String,long)", BuilderOperations::budget),
          setting(
              "watchMemory(Duration)",
              draw -> durations(draw.setting(), BrokerBuilder::watchMemory)),
          setting("watchHeaps()", draw -> (builder, world) -> builder.watchHeaps()),
          setting("recordCallSites()", draw -> (builder, world) -> builder.recordCallSites()),
          setting("checkAccess(int)", BuilderOperations::checkAccess),
          setting("leakTracking(LeakTracking)", BuilderOperations::leakTracking));

  private BuilderOperations() {}

  /** Changes a builder. */
  private interface Setting {
    BrokerBuilder set(BrokerBuilder builder, World world);
  }

  private interface SettingMaker {
    Setting make(Draw draw);
  }

  private static Operation setting(String method, SettingMaker maker) {
    return new Operation(
        "BrokerBuilder." + method,
        1,
        draw -> {
          Ref<BrokerBuilder> builder = draw.slot(BUILDERS);
          Setting setting = maker.make(draw);
          return world -> {
            BrokerBuilder taken = world.take(builder); // It is not thread-safe.
            try {
              BrokerBuilder unused = setting.set(taken, world);
            } finally {
              world.put(builder, taken);
            }
          };
        });
  }

  /** A setting that is an extension of the walk, or now and then null. */
  private static Operation extension(String method, Setting setting) {
    return setting(
        method,
        draw -> {
          boolean isNull = draw.of(List.of(true)) == null;
          return isNull ? nulls(method) : setting;
        });
  }

  private static Setting nulls(String method) {
    return switch (method.substring(0, method.indexOf('('))) {
      case "heaps" -> (builder, world) -> builder.heaps(Draw.nothing());
      case "heap" -> (builder, world) -> builder.heap(Draw.nothing());
      case "heuristic" -> (builder, world) -> builder.heuristic(Draw.nothing());
      case "listener" -> (builder, world) -> builder.listener(Draw.nothing());
      case "rebalancing" -> (builder, world) -> builder.rebalancing(Draw.nothing());
      case "mover" -> (builder, world) -> builder.mover(Draw.nothing());
      case "fencePoller" -> (builder, world) -> builder.fencePoller(Draw.nothing());
      case "pressureGauge" -> (builder, world) -> builder.pressureGauge(Draw.nothing());
      default -> (builder, world) -> builder.callbackExecutor(Draw.nothing());
    };
  }

  private static Setting durations(
      Duration duration, BiFunction<BrokerBuilder, Duration, BrokerBuilder> setter) {
    return (builder, world) -> setter.apply(builder, duration);
  }

  private static Setting moveRetries(Draw draw) {
    Duration backOff = draw.setting();
    int attempts = draw.known(List.of(1, 2, 5, 0, -1, Integer.MAX_VALUE));
    return (builder, world) -> builder.moveRetries(backOff, attempts);
  }

  private static Setting budget(Draw draw) {
    String name = draw.name();
    long bytes = draw.known(List.of(4096L, 12288L, 65536L, 0L, -1L, Long.MAX_VALUE));
    return (builder, world) -> builder.budget(name, bytes);
  }

  private static Setting listener(Draw draw) {
    Delivery delivery = draw.of(Delivery.class);
    return (builder, world) -> builder.listener(world.extensions.listener(), delivery);
  }

  private static Setting checkAccess(Draw draw) {
    int oneIn = draw.known(List.of(1, 3, 0, -1, Integer.MAX_VALUE));
    return (builder, world) -> builder.checkAccess(oneIn);
  }

  private static Setting leakTracking(Draw draw) {
    LeakTracking tracking = draw.of(LeakTracking.class);
    return (builder, world) -> builder.leakTracking(tracking);
  }

  private static Operation.Action build(Draw draw) {
    Ref<BrokerBuilder> builder = draw.slot(BUILDERS);
    Ref<Broker> to = draw.otherBroker();
    return world -> world.put(to, world.take(builder).build());
  }

  /** A provider that finds one heap, or none, or throws. */
  private record Provider(World world) implements HeapProvider {
    @Override
    public String name() {
      return "hostile";
    }

    @Override
    public List<Finding> discover() {
      return switch (world.extensions.hostility().strikeSilently(Hostility.Site.RANK)) {
        case NULL -> Draw.nothing();
        case LIE -> List.of(new Closed("shut", Closed.Kind.FAILED, "in a bad mood", "wait"));
        default -> List.of(new Open(world.extensions.heap("provided")));
      };
    }
  }
}
