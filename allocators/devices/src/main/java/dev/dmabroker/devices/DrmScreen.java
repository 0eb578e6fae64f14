package dev.dmabroker.devices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Memory;
import dev.dmabroker.FenceException;
import dev.dmabroker.allocators.linux.DrmMode;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.SyncFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The first connected display of a DRM node whose driver has atomic mode setting. */
final class DrmScreen implements Screen {
  private static final Path DRI = Path.of("/dev/dri");

  private final Node node;
  private final GemHandles handles;
  private final Map<Integer, Integer> handleOfFrame = new HashMap<>();
  private final int connector;
  private final int crtc;
  private final int plane;
  private final Memory mode;
  private final int planeFrame; // Properties.
  private final int crtcFence;
  private boolean lit;

  DrmScreen(Node node, int width, int height, PixelFormat format) {
    this.node = node;
    this.handles = new GemHandles(new Prime(node));
    DrmObjects objects = new DrmObjects(node);
    DrmObjects.Connector found = objects.connector(width, height);
    connector = found.id();
    mode = found.mode();
    crtc = objects.crtc(found);
    plane = objects.primaryPlane(found, format);
    planeFrame = objects.property(DrmMode.DRM_MODE_OBJECT_PLANE, plane, "FB_ID").id();
    crtcFence = objects.property(DrmMode.DRM_MODE_OBJECT_CRTC, crtc, "OUT_FENCE_PTR").id();
  }

  /**
   * Opens the first display whose driver is wanted.
   *
   * @return empty if there is no such driver
   * @throws DeviceException if there is one that could not be opened, and no other
   * @throws IllegalStateException if it has no display with such a mode and format
   */
  static Optional<DrmScreen> open(
      Predicate<String> driver, int width, int height, PixelFormat format) {
    DeviceException refused = null;
    for (Path path : LinuxNode.list(DRI, "card[0-9]*")) {
      Node node;
      try {
        node = LinuxNode.open(path);
      } catch (DeviceException e) {
        refused = e;
        continue;
      }
      try {
        if (driver.test(driver(node))) {
          return Optional.of(new DrmScreen(node, width, height, format));
        }
      } catch (Throwable t) {
        node.close();
        throw t;
      }
      node.close();
    }
    if (refused != null) {
      throw refused;
    }
    return Optional.empty();
  }

  private static String driver(Node node) {
    try (Memory name = Structs.zeroed(64);
        Memory version = Structs.zeroed(DrmMode.VERSION)) {
      version.setLong(DrmMode.VERSION__NAME_LEN, name.size() - 1);
      version.setPointer(DrmMode.VERSION__NAME, name);
      node.ioctl("DRM_IOCTL_VERSION", DrmMode.DRM_IOCTL_VERSION, version);
      return name.getString(0, UTF_8.name());
    }
  }

  private record Prime(Node node) implements GemHandles.Driver {
    @Override
    public int open(int dmaBuf) {
      Memory prime = Structs.zeroed(DrmMode.PRIME_HANDLE);
      prime.setInt(DrmMode.PRIME_HANDLE__FD, dmaBuf);
      node.ioctl("DRM_IOCTL_PRIME_FD_TO_HANDLE", DrmMode.DRM_IOCTL_PRIME_FD_TO_HANDLE, prime);
      return prime.getInt(DrmMode.PRIME_HANDLE__HANDLE);
    }

    @Override
    public void close(int handle) {
      Memory close = Structs.zeroed(DrmMode.GEM_CLOSE);
      close.setInt(DrmMode.GEM_CLOSE__HANDLE, handle);
      node.ioctl("DRM_IOCTL_GEM_CLOSE", DrmMode.DRM_IOCTL_GEM_CLOSE, close);
    }
  }

  @Override
  public int add(int dmaBuf, Layout layout) {
    Layout.Image image =
        layout
            .image()
            .orElseThrow(() -> new IllegalArgumentException("a display shows pictures: " + layout));
    int handle = handles.acquire(dmaBuf);
    try {
      Memory frame = Structs.zeroed(DrmMode.MODE_FB_CMD2);
      frame.setInt(DrmMode.MODE_FB_CMD2__WIDTH, image.codedWidth());
      frame.setInt(DrmMode.MODE_FB_CMD2__HEIGHT, image.codedHeight());
      frame.setInt(DrmMode.MODE_FB_CMD2__PIXEL_FORMAT, image.format().drmCode());
      for (int i = 0; i < layout.planes().size(); i++) {
        long at = (long) i * Integer.BYTES;
        Layout.Plane each = layout.planes().get(i);
        frame.setInt(DrmMode.MODE_FB_CMD2__HANDLES + at, handle);
        frame.setInt(DrmMode.MODE_FB_CMD2__PITCHES + at, Math.toIntExact(each.strideBytes()));
        frame.setInt(DrmMode.MODE_FB_CMD2__OFFSETS + at, Math.toIntExact(each.offsetBytes()));
      }
      node.ioctl("DRM_IOCTL_MODE_ADDFB2", DrmMode.DRM_IOCTL_MODE_ADDFB2, frame);
      int id = frame.getInt(DrmMode.MODE_FB_CMD2__FB_ID);
      handleOfFrame.put(id, handle);
      return id;
    } catch (Throwable t) {
      handles.release(handle);
      throw t;
    }
  }

  @Override
  public void remove(int frame) {
    int handle = Optional.ofNullable(handleOfFrame.remove(frame)).orElseThrow();
    try {
      node.ioctl("DRM_IOCTL_MODE_RMFB", DrmMode.DRM_IOCTL_MODE_RMFB, Structs.integer(frame));
    } finally {
      handles.release(handle);
    }
  }

  @Override
  public void switchOn(int frame) {
    try (Memory connectors = Structs.integer(connector)) {
      Memory request = Structs.zeroed(DrmMode.MODE_CRTC);
      request.setPointer(DrmMode.MODE_CRTC__SET_CONNECTORS_PTR, connectors);
      request.setInt(DrmMode.MODE_CRTC__COUNT_CONNECTORS, 1);
      request.setInt(DrmMode.MODE_CRTC__CRTC_ID, crtc);
      request.setInt(DrmMode.MODE_CRTC__FB_ID, frame);
      request.setInt(DrmMode.MODE_CRTC__MODE_VALID, 1);
      request.write(
          DrmMode.MODE_CRTC__MODE, mode.getByteArray(0, (int) mode.size()), 0, (int) mode.size());
      node.ioctl("DRM_IOCTL_MODE_SETCRTC", DrmMode.DRM_IOCTL_MODE_SETCRTC, request);
      lit = true;
    }
  }

  @Override
  public Flip flip(int frame) {
    try (Memory objects = Structs.zeroed(2 * Integer.BYTES);
        Memory counts = Structs.zeroed(2 * Integer.BYTES);
        Memory properties = Structs.zeroed(2 * Integer.BYTES);
        Memory values = Structs.zeroed(2 * Long.BYTES);
        Memory fence = Structs.zeroed(Long.BYTES)) {
      fence.setInt(0, -1);
      objects.write(0, new int[] {plane, crtc}, 0, 2);
      counts.write(0, new int[] {1, 1}, 0, 2);
      properties.write(0, new int[] {planeFrame, crtcFence}, 0, 2);
      values.setLong(0, frame);
      values.setPointer(Long.BYTES, fence);
      Memory request = Structs.zeroed(DrmMode.MODE_ATOMIC);
      request.setInt(DrmMode.MODE_ATOMIC__FLAGS, DrmMode.DRM_MODE_ATOMIC_NONBLOCK);
      request.setInt(DrmMode.MODE_ATOMIC__COUNT_OBJS, 2);
      request.setPointer(DrmMode.MODE_ATOMIC__OBJS_PTR, objects);
      request.setPointer(DrmMode.MODE_ATOMIC__COUNT_PROPS_PTR, counts);
      request.setPointer(DrmMode.MODE_ATOMIC__PROPS_PTR, properties);
      request.setPointer(DrmMode.MODE_ATOMIC__PROP_VALUES_PTR, values);
      node.ioctl("DRM_IOCTL_MODE_ATOMIC", DrmMode.DRM_IOCTL_MODE_ATOMIC, request);
      return new FencedFlip(node.name(), fence.getInt(0));
    }
  }

  /** The kernel's fence tells when the flip is done. */
  private record FencedFlip(String name, int fence) implements Flip {
    @Override
    public boolean await(long deadlineNanos) {
      return LinuxNode.poll(name, fence, LibC.POLLIN, deadlineNanos);
    }

    @Override
    public void closeThen(Loan loan) {
      int own = LibC.calls().fcntl(fence, LibC.F_DUPFD_CLOEXEC, 0);
      if (own == -1) {
        return; // Out of descriptors: what waits for the flip closes it.
      }
      try {
        loan.closeAfter(new SyncFile(own));
      } catch (FenceException e) {
        LibC.calls().close(own); // Nothing here waits for fences: as above.
      }
    }

    @Override
    public void close() {
      LibC.calls().close(fence);
    }
  }

  @Override
  public void switchOff() {
    if (lit) {
      lit = false;
      Memory request = Structs.zeroed(DrmMode.MODE_CRTC);
      request.setInt(DrmMode.MODE_CRTC__CRTC_ID, crtc);
      node.ioctl("DRM_IOCTL_MODE_SETCRTC", DrmMode.DRM_IOCTL_MODE_SETCRTC, request);
    }
  }

  @Override
  public void close() {
    node.close();
  }

  @Override
  public String toString() {
    return node.name();
  }
}
