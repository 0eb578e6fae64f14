package dev.dmabroker.fuzz;

import dev.dmabroker.spec.Layout;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What may be read of a stream's frames: one value that was written to a frame of this stream, or
 * zeros where nothing was written since the stream gave the buffer out anew.
 */
final class FrameContents implements Stamped {
  private final Set<Long> written = ConcurrentHashMap.newKeySet();

  @Override
  public int mark() {
    return 0;
  }

  @Override
  public void check(ByteBuffer bytes, Layout layout, int mark, String where) {
    long[] found = Stamps.read(bytes, layout);
    long value = Stamps.ZERO;
    for (int i = 0; i < found.length; i++) {
      if (found[i] != 0) {
        value = value == Stamps.ZERO ? Stamps.valueOf(found[i]) : value;
        if (found[i] != Stamps.stamp(value, i) || !written.contains(value)) {
          throw new Finding(
              String.format(
                  "%s: stamp %d of %d is %x, that of value %x was expected, which was%s written",
                  where,
                  i,
                  found.length,
                  found[i],
                  value,
                  written.contains(value) ? "" : " never"));
        }
      }
    }
  }

  @Override
  public void write(ByteBuffer bytes, Layout layout, long value) {
    written.add(value);
    Stamps.write(bytes, layout, value);
  }
}
