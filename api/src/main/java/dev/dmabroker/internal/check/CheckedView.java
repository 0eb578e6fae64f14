package dev.dmabroker.internal.check;

import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.internal.gate.MappedView;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A CPU view that is checked: where it ended is told if it is used after that. */
class CheckedView implements CpuView {
  final MappedView view;
  final CheckedUse use;

  /** Where it was closed; null if it was not, or if that is not known. */
  private volatile @Nullable Throwable end;

  CheckedView(MappedView view, CheckedUse use) {
    this.view = view;
    this.use = use;
  }

  @Override
  public long sizeBytes() {
    return view.sizeBytes();
  }

  @Override
  public ByteBuffer bytes() {
    try {
      return view.bytes();
    } catch (ClosedException e) {
      use.usedAfterEnd(end);
      throw e;
    }
  }

  @Override
  public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
    try {
      return view.bytes(offsetBytes, lengthBytes);
    } catch (ClosedException e) {
      use.usedAfterEnd(end);
      throw e;
    }
  }

  @Override
  public void close() {
    if (end == null) {
      end = use.here("view closed here");
    }
    view.close();
  }

  @Override
  public String toString() {
    return view.toString();
  }
}
