package dev.dmabroker.internal.check;

import dev.dmabroker.CpuView;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A CPU view of a mapping that is checked. */
final class CheckedView implements CpuView {
  private final CpuView view;
  private final CheckedUse use;
  private final Consumer<CheckedView> closed;

  /**
   * Stands before a view.
   *
   * @param closed is told when it is closed
   */
  CheckedView(CpuView view, CheckedUse use, Consumer<CheckedView> closed) {
    this.view = view;
    this.use = use;
    this.closed = closed;
  }

  /** Where it was begun; null if that is not known. */
  @Nullable Throwable site() {
    return use.site();
  }

  @Override
  public long sizeBytes() {
    return view.sizeBytes();
  }

  @Override
  public ByteBuffer bytes() {
    return view.bytes();
  }

  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
    return view.bytes(offsetBytes, lengthBytes);
  }

  @Override
  public void close() {
    closed.accept(this);
    use.close("view closed here", here -> {}, view::close);
  }

  @Override
  public String toString() {
    return view.toString();
  }
}
