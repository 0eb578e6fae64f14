package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.allocators.Heaps;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The screen is played, the broker is real. */
@Timeout(60)
class KmsDisplayTest {
  private static final ImageSpec IMAGE = ImageSpec.of(64, 48, PixelFormat.XRGB8888);

  private final FakeScreen screen = new FakeScreen();
  private final KmsDisplay<Integer> display = new KmsDisplay<>(screen);
  private final List<Attachment> buffers = new ArrayList<>();
  private Broker broker;

  @BeforeEach
  void export() {
    broker = Broker.builder().discoverHeaps().heaps(Heaps.modelledStandIns()).build();
    var device = broker.register("display", Constraints.builder().cpuReach().build());
    for (SharedBuffer buffer : broker.exportSet("frame", IMAGE, 4)) {
      buffers.add(buffer.attach(device));
    }
  }

  @AfterEach
  void nothingIsLeft() {
    display.close();
    display.close();
    assertEquals(Map.of(), screen.handles);
    assertEquals(0, Ledger.mappings(broker));
    assertTrue(screen.closed);
    broker.close();
  }

  @Test
  void aFrameIsReleasedWhenTheNextOneIsShown() {
    display.show(0, buffers.get(0));
    assertEquals(Optional.empty(), display.shown(Duration.ZERO));
    display.show(1, buffers.get(1));
    display.show(2, buffers.get(2));
    assertEquals(3, Ledger.mappings(broker));
    assertEquals(Optional.empty(), display.shown(Duration.ZERO));
    screen.vblank();
    assertEquals(Optional.of(0), display.shown(Duration.ZERO));
    assertEquals(2, Ledger.mappings(broker));
    screen.vblank();
    assertEquals(Optional.of(1), display.shown(Duration.ZERO));
    assertEquals(Optional.empty(), display.shown(Duration.ZERO));
    assertEquals(List.of(2), display.stop());
    display.show(3, buffers.get(3));
    assertEquals(1, display.count());
  }

  @Test
  void theSameBufferMayFollowItself() {
    for (int i = 0; i < 4; i++) {
      display.show(i, buffers.get(0));
      screen.vblank();
      assertEquals(i == 0 ? Optional.empty() : Optional.of(i - 1), display.shown(Duration.ZERO));
      assertEquals(1, Ledger.mappings(broker));
    }
  }

  @Test
  void theFencesEndTheMappingWhereTheyCan() {
    screen.endsLoans = true;
    display.show(0, buffers.get(0));
    display.show(1, buffers.get(1));
    screen.vblank();
    assertEquals(1, Ledger.mappings(broker));
    assertEquals(Optional.of(0), display.shown(Duration.ZERO));
  }

  @Test
  void aFrameThatIsNotImportedIsUnmapped() {
    screen.refusal = "DRM_IOCTL_PRIME_FD_TO_HANDLE";
    DeviceException e = assertThrows(DeviceException.class, () -> display.show(0, buffers.get(0)));
    assertEquals("DRM_IOCTL_PRIME_FD_TO_HANDLE on fake: EINVAL, invalid argument", e.getMessage());
    assertEquals(0, display.count());
    assertEquals(0, Ledger.mappings(broker));
  }

  @Test
  void aScreenThatDoesNotSwitchOnKeepsNothing() {
    screen.refusal = "DRM_IOCTL_MODE_SETCRTC";
    assertThrows(DeviceException.class, () -> display.show(0, buffers.get(0)));
    assertEquals(Map.of(), screen.handles);
    screen.refusal = null;
    display.show(0, buffers.get(0));
    assertEquals(1, display.count());
  }

  @Test
  void aFlipThatIsRefusedKeepsWhatIsShown() {
    display.show(0, buffers.get(0));
    screen.refusal = "DRM_IOCTL_MODE_ATOMIC";
    assertThrows(DeviceException.class, () -> display.show(1, buffers.get(1)));
    assertEquals(1, display.count());
    assertEquals(1, Ledger.mappings(broker));
    screen.refusal = null;
    display.show(1, buffers.get(1));
    display.show(2, buffers.get(2));
    screen.refusal = "DRM_IOCTL_MODE_ATOMIC";
    screen.vblank();
    assertThrows(DeviceException.class, () -> display.shown(Duration.ZERO));
    assertEquals(List.of(1), display.stop());
  }

  @Test
  void whatHasNoPictureIsNotShown() {
    screen.picturesOnly = true;
    assertThrows(IllegalArgumentException.class, () -> display.show(0, buffers.get(0)));
    assertEquals(0, Ledger.mappings(broker));
  }

  @Test
  void aNodeThatVanishesLeavesNothingMapped() {
    display.show(0, buffers.get(0));
    display.show(1, buffers.get(1));
    display.show(2, buffers.get(2));
    screen.gone = true;
    DeviceException e = assertThrows(DeviceException.class, () -> display.show(3, buffers.get(3)));
    assertTrue(e.isGone());
    assertEquals(3, Ledger.mappings(broker));
    DeviceException stopping = assertThrows(DeviceException.class, display::stop);
    assertTrue(stopping.isGone());
    assertEquals(0, Ledger.mappings(broker));
    screen.handles.clear(); // The kernel forgot them.
  }

  @Test
  void aClosedDisplayTakesNothing() {
    display.close();
    assertThrows(IllegalStateException.class, () -> display.show(0, buffers.get(0)));
    assertEquals(0, Ledger.mappings(broker));
  }

  @Test
  void aHandleIsClosedOnceNobodyUsesItAnyMore() {
    List<String> calls = new ArrayList<>();
    GemHandles handles =
        new GemHandles(
            new GemHandles.Driver() {
              @Override
              public int open(int dmaBuf) {
                return dmaBuf / 10; // Two descriptors of one dma-buf.
              }

              @Override
              public void close(int handle) {
                calls.add("close " + handle);
              }
            });
    int first = handles.acquire(50);
    int again = handles.acquire(51);
    int other = handles.acquire(60);
    assertEquals(first, again);
    handles.release(first);
    assertEquals(List.of(), calls);
    handles.release(other);
    handles.release(again);
    assertEquals(List.of("close 6", "close 5"), calls);
    handles.release(handles.acquire(50));
    assertEquals(List.of("close 6", "close 5", "close 5"), calls);
  }

  /** Flips at {@link #vblank}. */
  private static final class FakeScreen implements Screen {
    final Map<Integer, Integer> handles = new HashMap<>(); // Frames, and the dma-bufs behind them.
    private int ids;
    private int shown;
    private int next;
    private @Nullable Loan loan;
    @Nullable String refusal;
    boolean endsLoans;
    boolean picturesOnly;
    boolean gone;
    boolean closed;

    void vblank() {
      if (next != 0) {
        shown = next;
        next = 0;
        if (loan != null) {
          loan.close();
          loan = null;
        }
      }
    }

    private void call(String name) {
      if (gone) {
        throw new DeviceException(name, "fake", Errno.ENODEV.code());
      }
      if (name.equals(refusal)) {
        throw new DeviceException(name, "fake", Errno.EINVAL.code());
      }
    }

    @Override
    public int add(int dmaBuf, Layout layout) {
      call("DRM_IOCTL_PRIME_FD_TO_HANDLE");
      if (picturesOnly) {
        throw new IllegalArgumentException("no picture");
      }
      handles.put(++ids, dmaBuf);
      return ids;
    }

    @Override
    public void remove(int frame) {
      call("DRM_IOCTL_MODE_RMFB");
      assertFalse(frame == shown || frame == next, "frame " + frame + " is on the screen");
      assertTrue(handles.remove(frame) != null);
    }

    @Override
    public void switchOn(int frame) {
      call("DRM_IOCTL_MODE_SETCRTC");
      shown = frame;
    }

    @Override
    public Flip flip(int frame) {
      call("DRM_IOCTL_MODE_ATOMIC");
      assertEquals(0, next, "a flip is under way");
      next = frame;
      return new Flip() {
        @Override
        public boolean await(long deadlineNanos) {
          return next != frame;
        }

        @Override
        public void closeThen(Loan before) {
          if (endsLoans) {
            loan = before;
          }
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void switchOff() {
      call("DRM_IOCTL_MODE_SETCRTC");
      shown = 0;
      next = 0;
    }

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public String toString() {
      return "fake";
    }
  }
}
