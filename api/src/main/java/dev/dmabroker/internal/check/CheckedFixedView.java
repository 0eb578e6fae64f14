package dev.dmabroker.internal.check;

import dev.dmabroker.ClosedException;
import dev.dmabroker.FixedView;
import dev.dmabroker.internal.gate.StandingUse;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A CPU view that keeps its address, whose uses are checked. What native code writes between them
 * is found at the next use of the buffer, as long as the addresses show its memory.
 */
final class CheckedFixedView implements FixedView {
  private final FixedView view;
  private final BufferCheck check;

  CheckedFixedView(FixedView view, BufferCheck check) {
    this.view = view;
    this.check = check;
  }

  @Override
  public Use begin(Access access) {
    return checked(view.begin(access));
  }

  @Override
  public Use begin(Access access, Duration timeout) {
    return checked(view.begin(access, timeout));
  }

  private Use checked(Use begun) {
    StandingUse use = (StandingUse) begun;
    try {
      return new CheckedFixedUse(use, check.begin(use.mapping(), "use begun here"));
    } catch (Throwable e) {
      use.close();
      throw e;
    }
  }

  @Override
  public void close() {
    view.close();
  }

  @Override
  public String toString() {
    return view.toString();
  }

  /** A use of it. */
  private static final class CheckedFixedUse implements Use {
    private final StandingUse use;
    private final CheckedUse checked;

    CheckedFixedUse(StandingUse use, CheckedUse checked) {
      this.use = use;
      this.checked = checked;
    }

    @Override
    public Layout layout() {
      return use.layout();
    }

    @Override
    public long generation() {
      return use.generation();
    }

    @Override
    public long sizeBytes() {
      return use.sizeBytes();
    }

    @Override
    public ByteBuffer bytes() {
      return bytes(0, (int) sizeBytes());
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
      try {
        return use.bytes(offsetBytes, lengthBytes);
      } catch (ClosedException e) {
        checked.usedAfterEnd(null);
        throw e;
      }
    }

    @Override
    public void close() {
      try {
        use.endAccess(); // First, so that a fault of the memory is told.
        checked.end("use closed here");
      } finally {
        try {
          use.close();
        } finally {
          if (!use.mapping().isOpen()) {
            checked.ended();
          }
        }
      }
    }

    @Override
    public String toString() {
      return use.toString();
    }
  }
}
