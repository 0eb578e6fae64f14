package dev.dmabroker.internal.stream;

import dev.dmabroker.CpuAccessException;
import dev.dmabroker.CpuView;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.internal.check.CheckedUse;
import dev.dmabroker.internal.gate.BufferMapping;
import dev.dmabroker.internal.gate.MappedView;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory of a frame as the application has it. It knows the frame's CPU views, since they end
 * before the frame does: the device that gets the buffer next sees what the CPU wrote.
 *
 * <p><b>Why no view outlasts the frame.</b> A view is noted under this object's monitor, and only
 * while the frame is open. A frame that ends leaves that phase first and then looks, under the
 * monitor, which views there are. So a view is either among them, or is refused.
 */
final class FrameMemory implements MappedMemory {
  private final StreamFrame frame;

  /** The views of which some may be open. Guarded by this object's monitor. */
  private List<MappedView> views = List.of();

  FrameMemory(StreamFrame frame) {
    this.frame = frame;
  }

  private BufferMapping mapping() {
    return frame.mapped();
  }

  @Override
  public CpuView cpuView() {
    BufferMapping mapping = mapping();
    MappedView view = mapping.cpuView();
    boolean noted = false;
    try {
      noted = note(view);
    } finally {
      if (!noted) {
        view.close(); // The application never wrote by it.
      }
    }
    if (!noted) {
      throw mapping.closed();
    }
    CheckedUse use = frame.use();
    return use == null ? view : use.view(view);
  }

  /** Notes a view, which the frame's end is to end. False if the frame has ended. */
  private synchronized boolean note(MappedView view) {
    if (!frame.isOpen()) {
      return false;
    }
    List<MappedView> more = new ArrayList<>(views.size() + 1);
    for (MappedView each : views) {
      if (each.isOpen()) {
        more.add(each);
      }
    }
    more.add(view);
    views = more;
    return true;
  }

  private synchronized List<MappedView> views() {
    return views;
  }

  /**
   * Ends the CPU's access, after the frame has left its open phase. Waits for views that another
   * thread is just closing.
   *
   * @return why what the CPU read or wrote may not be the contents; null if it is
   */
  @Nullable CpuAccessException endViews() {
    CpuAccessException failure = null;
    for (MappedView view : views()) {
      try {
        view.close();
      } catch (CpuAccessException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    return failure;
  }

  // ---- As the mapping says ----

  @Override
  public int fd() {
    return mapping().fd();
  }

  @Override
  public int dupFd() {
    return mapping().dupFd();
  }

  @Override
  public Layout layout() {
    return mapping().layout();
  }

  @Override
  public String heapName() {
    return mapping().heapName();
  }

  @Override
  public long sizeBytes() {
    return mapping().sizeBytes();
  }

  @Override
  public long generation() {
    return mapping().generation();
  }

  @Override
  public Access access() {
    return mapping().access();
  }

  @Override
  public boolean isOpen() {
    return mapping().isOpen();
  }

  @Override
  public String toString() {
    return mapping().toString();
  }
}
