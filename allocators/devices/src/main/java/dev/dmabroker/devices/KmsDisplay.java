package dev.dmabroker.devices;

import dev.dmabroker.Attachment;
import dev.dmabroker.MappedMemory;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.PixelFormat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A display of DRM/KMS that shows a broker's buffers without copying: it imports each as a GEM
 * handle and a framebuffer, flips to it at the next vertical blank, and lets go of the one before
 * on the flip's fence. The screen has a frame as long as it has the {@link Loan}; {@link #show}
 * takes that over, and whatever ends the showing closes it, be it the next flip, {@link #stop},
 * {@link #close} or the driver's refusal.
 *
 * <p>Memory that is shown again is not imported again, see {@link ImportCache}: in steady state a
 * frame costs one atomic commit and one wait. What was imported of a buffer that has moved is let
 * go as soon as it is not on the screen any more, and {@link #stop} and {@link #dropUnusedImports}
 * let go of all that is not.
 *
 * <p>Needs a driver with atomic mode setting, and to be the DRM master: the only program with that
 * node open, or one of a session's own. Used by one thread.
 *
 * @param <T> what the caller knows a buffer by
 */
public final class KmsDisplay<T> implements AutoCloseable {
  private final Screen screen;
  private final ImportCache<Integer> imports; // Framebuffers.
  private final Deque<Shown<T>> waiting = new ArrayDeque<>();
  private @Nullable Shown<T> current;
  private @Nullable Shown<T> next;
  private Screen.@Nullable Flip flip; // To next, if there is one.
  private boolean closed;

  /** A frame with its framebuffer. */
  private record Shown<T>(T frame, ImportCache.Use<Integer> framebuffer, Loan loan) {
    int id() {
      return framebuffer.imported();
    }
  }

  /** Imports memory as framebuffers. */
  private record Framebuffers(Screen screen) implements ImportCache.Importer<Integer> {
    @Override
    public Integer open(MappedMemory memory) {
      return screen.add(memory.fd(), memory.layout());
    }

    @Override
    public void close(Integer framebuffer) {
      screen.remove(framebuffer);
    }
  }

  KmsDisplay(Screen screen) {
    this.screen = screen;
    this.imports = new ImportCache<>(new Framebuffers(screen));
  }

  /**
   * Opens the first display whose driver is wanted, such as "vkms".
   *
   * @param driver tells of a driver's name whether it is wanted
   * @param width of the mode and of every frame, in pixels
   * @param height of the mode and of every frame, in pixels
   * @param format how the pixels of every frame are stored
   * @param <T> what the caller knows a buffer by
   * @return empty if there is no such driver
   * @throws DeviceException if its node cannot be opened, or has no atomic mode setting
   * @throws IllegalStateException if it has no display with such a mode or format; the text has
   *     those that there are
   */
  public static <T> Optional<KmsDisplay<T>> open(
      Predicate<String> driver, int width, int height, PixelFormat format) {
    return DrmScreen.open(driver, width, height, format).map(KmsDisplay::new);
  }

  /**
   * Maps a buffer for the display and shows it; waits as {@link Attachment#map} does.
   *
   * @param frame what the caller knows the buffer by
   * @param display the display's attachment to the buffer
   * @throws dev.dmabroker.BrokerException as {@link Attachment#map} throws
   * @throws DeviceException as {@link #show(Object, Loan)}
   */
  public void show(T frame, Attachment display) {
    show(frame, Loan.of(display, display.map(Access.READ)));
  }

  /**
   * Shows a frame after those that were given before. Takes the loan over, also if this throws: it
   * is closed then. Does not wait, but for the first frame, which switches the screen on.
   *
   * @param frame what the caller knows the buffer by
   * @param loan the memory to show, which the display closes
   * @throws DeviceException if the driver does not import or show it; EACCES says that another
   *     program is the DRM master
   * @throws IllegalArgumentException if it is no picture
   * @throws IllegalStateException if the display is closed
   */
  public void show(T frame, Loan loan) {
    Shown<T> shown;
    try {
      if (closed) {
        throw new IllegalStateException(this + " is closed");
      }
      shown = new Shown<>(frame, imports.use(loan), loan);
    } catch (Throwable t) {
      loan.close();
      throw t;
    }
    if (current == null) {
      try {
        screen.switchOn(shown.id());
      } catch (Throwable t) {
        forget(shown);
        imports.dropUnused(); // As long as the screen is off.
        throw t;
      }
      current = shown;
    } else if (next == null) {
      flipTo(shown);
    } else {
      waiting.add(shown);
    }
  }

  private void flipTo(Shown<T> shown) {
    try {
      flip = screen.flip(shown.id());
    } catch (Throwable t) {
      forget(shown);
      throw t;
    }
    next = shown;
    if (current != null) {
      flip.closeThen(current.loan());
    }
  }

  /**
   * Waits for the flip that is under way.
   *
   * @param timeout how long to wait at most
   * @return the frame that is not on the screen any more and has been unmapped; empty if the time
   *     passed, or no flip is under way
   * @throws DeviceException if the driver does not flip on to the next frame that waits: both are
   *     unmapped then
   */
  public Optional<T> shown(Duration timeout) {
    if (flip == null || !flip.await(Deadlines.after(timeout))) {
      return Optional.empty();
    }
    flip.close();
    flip = null;
    Shown<T> before = current;
    current = next;
    next = null;
    if (before != null) {
      forget(before);
    }
    Shown<T> after = waiting.poll();
    if (after != null) {
      flipTo(after);
    }
    return Optional.ofNullable(before).map(Shown::frame);
  }

  /**
   * Lets go of the memory that was imported and is not shown now, such as before buffers give their
   * memory back. Frames that come again are imported again.
   *
   * @throws DeviceException if the driver does not let go
   */
  public void dropUnusedImports() {
    imports.dropUnused();
  }

  /** {@return how many frames it has, be they shown or waiting} */
  public int count() {
    return (current == null ? 0 : 1) + (next == null ? 0 : 1) + waiting.size();
  }

  /**
   * Switches the screen off and gives every frame back, unmapped. Waits for the flip that is under
   * way. Nothing stays imported. The next {@link #show} switches it on again.
   *
   * @return the frames that it had, in the order in which they were given
   * @throws DeviceException if the driver does not switch off; all is unmapped even so
   */
  public List<T> stop() {
    List<Shown<T>> back = new ArrayList<>();
    if (current != null) {
      back.add(current);
    }
    if (next != null) {
      back.add(next);
    }
    back.addAll(waiting);
    try {
      screen.switchOff();
    } finally {
      current = null;
      next = null;
      waiting.clear();
      if (flip != null) {
        flip.close();
        flip = null;
      }
      try {
        forgetAll(back);
      } finally {
        imports.dropUnused();
      }
    }
    return back.stream().map(Shown::frame).toList();
  }

  /** Each, whatever befalls the others. */
  private void forgetAll(List<Shown<T>> back) {
    RuntimeException failure = null;
    for (Shown<T> each : back) {
      try {
        forget(each);
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void forget(Shown<T> shown) {
    try {
      shown.framebuffer().close();
    } finally {
      shown.loan().close();
    }
  }

  /** Switches the screen off, gives every frame back and closes the node. A second does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      stop();
    } catch (DeviceException e) {
      if (!e.isGone()) {
        throw e;
      }
    } finally {
      imports.close();
      screen.close();
    }
  }

  @Override
  public String toString() {
    return "the display of " + screen;
  }
}
