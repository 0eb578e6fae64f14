package dev.dmabroker.fuzz;

import dev.dmabroker.spec.Layout;
import java.nio.ByteBuffer;

/** Contents that are known by their stamps: those of a buffer, or of a stream's frames. */
interface Stamped {

  /** Before a mapping is asked for: what {@link #check} gets. */
  int mark();

  /** Fails unless all that lies there may. */
  void check(ByteBuffer bytes, Layout layout, int mark, String where);

  /** Writes the value everywhere, if that is possible now. */
  void write(ByteBuffer bytes, Layout layout, long value);
}
