package dev.dmabroker.fuzz;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Set;

/** All that a walk does. */
final class Operations {
  private static final ImmutableList<Operation> ALL =
      ImmutableList.<Operation>builder()
          .addAll(BrokerOperations.ALL)
          .addAll(BuilderOperations.ALL)
          .addAll(SpecOperations.ALL)
          .addAll(BufferOperations.ALL)
          .addAll(AttachmentOperations.ALL)
          .addAll(MappingOperations.ALL)
          .addAll(LeaseOperations.ALL)
          .addAll(StreamOperations.ALL)
          .addAll(FrameOperations.ALL)
          .build();

  private static final ImmutableSet<String> METHODS =
      ALL.stream().map(Operation::method).collect(ImmutableSet.toImmutableSet());

  private Operations() {}

  static List<Operation> all() {
    return ALL;
  }

  /** The names of the methods that operations call. */
  static Set<String> methods() {
    return METHODS;
  }
}
