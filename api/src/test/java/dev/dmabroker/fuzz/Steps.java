package dev.dmabroker.fuzz;

import java.util.List;
import java.util.Random;
import java.util.Set;

/** The steps of one thread's walk, which follow from its seed alone. */
final class Steps {
  private static final int INTERRUPTED_PER_MILLE = 6;

  /** So many steps at the beginning only make things, in turn. */
  private static final int OPENING = 80;

  private static final Set<String> OPENING_METHODS =
      Set.of(
          "Broker.builder()",
          "Broker.register(String,Constraints)",
          "DeviceSpec.builder(String).build()",
          "Broker.register(DeviceSpec)",
          "Broker.export(BufferSpec)",
          "Broker.adopt(String,BufferSpec,ForeignMemory)",
          "Broker.shadow(SharedBuffer)",
          "StreamSpec.of(String,BufferSpec,Device)",
          "Broker.stream(StreamSpec)",
          "BufferStream.consumer(Device,Policy)",
          "BufferStream.publisher(Device,Policy)",
          "BufferStream.start()",
          "SharedBuffer.attach(Device)");

  private static final int ELSEWHERE_PER_MILLE = 25;

  private final List<Operation> operations;
  private final int weights;
  private final List<Operation> opening;
  private final Random random;
  private int taken;

  Steps(List<Operation> operations, long seed) {
    this.operations = operations;
    this.weights = operations.stream().mapToInt(Operation::weight).sum();
    this.opening = operations.stream().filter(Steps::isOpening).toList();
    this.random = new Random(seed);
  }

  private static boolean isOpening(Operation operation) {
    return OPENING_METHODS.contains(operation.method());
  }

  /** The next one; there is no end. */
  Step next() {
    Operation operation = operation();
    Draw draw = new Draw(random);
    Operation.Action action = operation.maker().make(draw);
    return new Step(
        operation,
        draw.text(),
        draw.hasNull(),
        draw.longestWait(),
        draw.hasForEver(),
        draw.chance(INTERRUPTED_PER_MILLE),
        draw.chance(ELSEWHERE_PER_MILLE),
        action);
  }

  private Operation operation() {
    if (taken++ < OPENING) {
      return opening.get(taken % opening.size());
    }
    int dice = random.nextInt(weights);
    for (Operation each : operations) {
      dice -= each.weight();
      if (dice < 0) {
        return each;
      }
    }
    throw new AssertionError("the dice is below the sum of all weights");
  }
}
