package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Constraints;
import dev.dmabroker.Mapping;
import java.util.List;
import java.util.Optional;

/** Shows buffers on its own clock; keeps each until the next one is shown. Used by one thread. */
interface Display extends AutoCloseable {

  /** What memory it reaches. */
  Constraints constraints();

  /** Tries to import memory as it is: why it was refused, or empty if it was not. */
  Optional<String> refusal(int index, Mapping mapping);

  /** Gives it a buffer, whose mapping has to stay open until it comes back. */
  void show(int index, Mapping mapping);

  /** The next buffer that is not shown any more, if there is one now. */
  Optional<Integer> shown();

  /** Stops showing: the buffers that it still had. */
  List<Integer> stop();

  @Override
  void close();
}
