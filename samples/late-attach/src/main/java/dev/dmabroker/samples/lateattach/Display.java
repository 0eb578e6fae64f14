package dev.dmabroker.samples.lateattach;

import dev.dmabroker.Mapping;
import dev.dmabroker.spec.Constraints;
import java.util.Optional;

/** Shows buffers on its own clock; keeps each until the next one is shown. Used by one thread. */
interface Display extends AutoCloseable {

  /** What memory it reaches. */
  Constraints constraints();

  /** Tries to import memory as it is, and unmaps it: why it was refused, if it was. */
  Optional<String> refusal(int index, Mapping mapping);

  /** Gives it a buffer with its mapping, which is closed when the buffer comes back. */
  void show(int index, Mapping mapping);

  /** The next buffer that is not shown any more, if there is one now. */
  Optional<Integer> shown();

  /** Stops showing, and unmaps the buffers that it still had. */
  void stop();

  @Override
  void close();
}
