package dev.dmabroker.remote.internal.client;

import dev.dmabroker.CpuView;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.internal.runtime.Exceptions;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spi.HeapException;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of a mapping or a frame for as long as that is open. Ends once; the CPU views that are
 * open then end first. Thread-safe.
 */
final class FrameMemory implements MappedMemory {
  private final Link link;
  private final String what;
  private final Access access;
  private final Memories.Use memory;
  private final List<RemoteView> views = new ArrayList<>();
  private boolean ended;

  FrameMemory(Link link, String what, Access access, Memories.Use memory) {
    this.link = link;
    this.what = what;
    this.access = access;
    this.memory = memory;
  }

  @Override
  public int fd() {
    requireOpen();
    return memory.received().backing.fd();
  }

  @Override
  public int dupFd() {
    requireOpen();
    try {
      return memory.received().backing.dupFd();
    } catch (HeapException e) {
      throw Exceptions.descriptor("cannot duplicate the descriptor of " + what, e);
    }
  }

  private void requireOpen() {
    if (link.isEnded()) {
      throw Exceptions.closed("the service of " + what + " has gone; connect again");
    }
    if (!isOpen()) {
      throw Exceptions.closed(what + " is closed");
    }
  }

  @Override
  public Layout layout() {
    return memory.layout();
  }

  @Override
  public String heapName() {
    return memory.heap();
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  @Override
  public long generation() {
    return memory.generation();
  }

  @Override
  public Access access() {
    return access;
  }

  @Override
  public synchronized boolean isOpen() {
    return !ended && !link.isEnded();
  }

  @Override
  public synchronized CpuView cpuView() {
    requireOpen();
    RemoteView view = new RemoteView(what, access, memory);
    views.removeIf(each -> !each.isOpen());
    views.add(view);
    return view;
  }

  /**
   * Ends the CPU's views, without ending the memory.
   *
   * @throws dev.dmabroker.CpuAccessException if one of them did not end well
   */
  synchronized void endViews() {
    RuntimeException first = null;
    for (RemoteView view : views) {
      try {
        view.close();
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    views.clear();
    if (first != null) {
      throw first;
    }
  }

  /**
   * Has the service end it, and ends it here only then.
   *
   * @param order asks the service
   * @throws dev.dmabroker.ClosedException if it has ended before
   */
  void endAfter(Runnable order) {
    synchronized (this) {
      requireOpen();
      order.run();
      ended = true;
    }
    link.memories().end(memory);
  }

  /** Ends it; false if it has ended before. */
  boolean end() {
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
    }
    link.memories().end(memory);
    return true;
  }

  @Override
  public String toString() {
    return what;
  }
}
