package dev.dmabroker.internal.check;

import dev.dmabroker.CpuView;
import dev.dmabroker.internal.watch.Leaks;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A CPU view of a mapping that is checked. */
final class CheckedView implements CpuView {
  private final CpuView view;

  /** The open views of the mapping. */
  private final Set<CheckedView> open;

  private final @Nullable Throwable site = Leaks.here("view begun here");

  CheckedView(CpuView view, Set<CheckedView> open) {
    this.view = view;
    this.open = open;
  }

  /** Where it was begun; null if there was no room to note that. */
  @Nullable Throwable site() {
    return site;
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
    open.remove(this);
    view.close();
  }

  @Override
  public String toString() {
    return view.toString();
  }
}
