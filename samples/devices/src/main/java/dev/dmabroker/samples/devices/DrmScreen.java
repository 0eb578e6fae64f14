package dev.dmabroker.samples.devices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Memory;
import dev.dmabroker.FenceException;
import dev.dmabroker.spec.Layout;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spec.SyncFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The first connected display of a DRM node whose driver has atomic mode setting. */
final class DrmScreen implements Screen {
  private static final Path DRI = Path.of("/dev/dri");

  // No header for programs has these two: the kernel's drm_connector.h and drm_plane.h.
  private static final int CONNECTED = 1;
  private static final int PRIMARY = 1;

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

  private DrmScreen(Node node, int width, int height, PixelFormat format) {
    this.node = node;
    this.handles = new GemHandles(new Prime(node));
    allowAtomic();
    Memory resources = resources();
    int[] crtcs =
        ids(resources, DrmMode.MODE_CARD_RES__CRTC_ID_PTR, DrmMode.MODE_CARD_RES__COUNT_CRTCS);
    Connector found = connector(resources, width, height);
    connector = found.id();
    mode = found.mode();
    int index = Integer.numberOfTrailingZeros(found.possibleCrtcs());
    if (index >= crtcs.length) {
      throw new IllegalStateException(node.name() + " has no CRTC for connector " + connector);
    }
    crtc = crtcs[index];
    plane = primaryPlane(index, format);
    planeFrame = property(DrmMode.DRM_MODE_OBJECT_PLANE, plane, "FB_ID").id();
    crtcFence = property(DrmMode.DRM_MODE_OBJECT_CRTC, crtc, "OUT_FENCE_PTR").id();
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

  /** It makes planes and properties visible, too. */
  private void allowAtomic() {
    Memory capability = Structs.zeroed(DrmMode.SET_CLIENT_CAP);
    capability.setLong(DrmMode.SET_CLIENT_CAP__CAPABILITY, DrmMode.DRM_CLIENT_CAP_ATOMIC);
    capability.setLong(DrmMode.SET_CLIENT_CAP__VALUE, 1);
    node.ioctl("DRM_IOCTL_SET_CLIENT_CAP", DrmMode.DRM_IOCTL_SET_CLIENT_CAP, capability);
  }

  private Memory resources() {
    Memory resources = Structs.zeroed(DrmMode.MODE_CARD_RES);
    node.ioctl("DRM_IOCTL_MODE_GETRESOURCES", DrmMode.DRM_IOCTL_MODE_GETRESOURCES, resources);
    // Again with room for what is read; a count of zero asks for nothing.
    resources.setInt(DrmMode.MODE_CARD_RES__COUNT_FBS, 0);
    resources.setInt(DrmMode.MODE_CARD_RES__COUNT_ENCODERS, 0);
    return resources;
  }

  /** Reads the ids behind one pointer of the resources. */
  private int[] ids(Memory resources, int pointer, int count) {
    Memory request = Structs.zeroed(DrmMode.MODE_CARD_RES);
    int room = resources.getInt(count);
    Memory ids = Structs.zeroed(Integer.BYTES * Math.max(1, room));
    request.setPointer(pointer, ids);
    request.setInt(count, room);
    node.ioctl("DRM_IOCTL_MODE_GETRESOURCES", DrmMode.DRM_IOCTL_MODE_GETRESOURCES, request);
    return ids.getIntArray(0, Math.min(room, request.getInt(count)));
  }

  private record Connector(int id, Memory mode, int possibleCrtcs) {}

  private Connector connector(Memory resources, int width, int height) {
    List<String> seen = new ArrayList<>();
    for (int id :
        ids(
            resources,
            DrmMode.MODE_CARD_RES__CONNECTOR_ID_PTR,
            DrmMode.MODE_CARD_RES__COUNT_CONNECTORS)) {
      Memory connector = Structs.zeroed(DrmMode.MODE_GET_CONNECTOR);
      connector.setInt(DrmMode.MODE_GET_CONNECTOR__CONNECTOR_ID, id);
      getConnector(connector);
      int modes = connector.getInt(DrmMode.MODE_GET_CONNECTOR__COUNT_MODES);
      int encoders = connector.getInt(DrmMode.MODE_GET_CONNECTOR__COUNT_ENCODERS);
      if (connector.getInt(DrmMode.MODE_GET_CONNECTOR__CONNECTION) != CONNECTED
          || modes == 0
          || encoders == 0) {
        continue;
      }
      Memory modeInfos = Structs.zeroed(modes * DrmMode.MODE_MODEINFO);
      Memory encoderIds = Structs.zeroed(encoders * Integer.BYTES);
      connector.setPointer(DrmMode.MODE_GET_CONNECTOR__MODES_PTR, modeInfos);
      connector.setPointer(DrmMode.MODE_GET_CONNECTOR__ENCODERS_PTR, encoderIds);
      connector.setInt(DrmMode.MODE_GET_CONNECTOR__COUNT_PROPS, 0);
      getConnector(connector);
      for (int i = 0; i < modes; i++) {
        int at = i * DrmMode.MODE_MODEINFO;
        int modeWidth = modeInfos.getShort(at + DrmMode.MODE_MODEINFO__HDISPLAY);
        int modeHeight = modeInfos.getShort(at + DrmMode.MODE_MODEINFO__VDISPLAY);
        if (modeWidth == width && modeHeight == height) {
          Memory mode = Structs.zeroed(DrmMode.MODE_MODEINFO);
          mode.write(0, modeInfos.getByteArray(at, DrmMode.MODE_MODEINFO), 0, (int) mode.size());
          return new Connector(id, mode, possibleCrtcs(encoderIds.getInt(0)));
        }
        seen.add(modeWidth + "x" + modeHeight);
      }
    }
    throw new IllegalStateException(
        "%s has no display that shows %dx%d; modes of those connected: %s"
            .formatted(node.name(), width, height, seen));
  }

  private void getConnector(Memory connector) {
    node.ioctl("DRM_IOCTL_MODE_GETCONNECTOR", DrmMode.DRM_IOCTL_MODE_GETCONNECTOR, connector);
  }

  private int possibleCrtcs(int encoder) {
    Memory answer = Structs.zeroed(DrmMode.MODE_GET_ENCODER);
    answer.setInt(DrmMode.MODE_GET_ENCODER__ENCODER_ID, encoder);
    node.ioctl("DRM_IOCTL_MODE_GETENCODER", DrmMode.DRM_IOCTL_MODE_GETENCODER, answer);
    return answer.getInt(DrmMode.MODE_GET_ENCODER__POSSIBLE_CRTCS);
  }

  private int primaryPlane(int crtcIndex, PixelFormat format) {
    Memory request = Structs.zeroed(DrmMode.MODE_GET_PLANE_RES);
    getPlanes(request);
    int count = request.getInt(DrmMode.MODE_GET_PLANE_RES__COUNT_PLANES);
    Memory ids = Structs.zeroed(Integer.BYTES * Math.max(1, count));
    request.setPointer(DrmMode.MODE_GET_PLANE_RES__PLANE_ID_PTR, ids);
    getPlanes(request);
    for (int id : ids.getIntArray(0, count)) {
      Memory answer = Structs.zeroed(DrmMode.MODE_GET_PLANE);
      answer.setInt(DrmMode.MODE_GET_PLANE__PLANE_ID, id);
      getPlane(answer);
      int possibleCrtcs = answer.getInt(DrmMode.MODE_GET_PLANE__POSSIBLE_CRTCS);
      if ((possibleCrtcs & 1 << crtcIndex) == 0
          || property(DrmMode.DRM_MODE_OBJECT_PLANE, id, "type").value() != PRIMARY) {
        continue;
      }
      int formats = answer.getInt(DrmMode.MODE_GET_PLANE__COUNT_FORMAT_TYPES);
      Memory codes = Structs.zeroed(Integer.BYTES * Math.max(1, formats));
      answer.setPointer(DrmMode.MODE_GET_PLANE__FORMAT_TYPE_PTR, codes);
      getPlane(answer);
      int[] known = codes.getIntArray(0, formats);
      if (Arrays.stream(known).noneMatch(code -> code == format.drmCode())) {
        throw new IllegalStateException(
            "%s shows no %s, only %s"
                .formatted(
                    node.name(),
                    format,
                    Arrays.stream(known).mapToObj(PixelFormat::ofDrm).toList()));
      }
      return id;
    }
    throw new IllegalStateException(node.name() + " has no primary plane");
  }

  private void getPlanes(Memory request) {
    node.ioctl(
        "DRM_IOCTL_MODE_GETPLANERESOURCES", DrmMode.DRM_IOCTL_MODE_GETPLANERESOURCES, request);
  }

  private void getPlane(Memory plane) {
    node.ioctl("DRM_IOCTL_MODE_GETPLANE", DrmMode.DRM_IOCTL_MODE_GETPLANE, plane);
  }

  private record Property(int id, long value) {}

  private Property property(int objectType, int object, String name) {
    Memory request = Structs.zeroed(DrmMode.MODE_OBJ_GET_PROPERTIES);
    request.setInt(DrmMode.MODE_OBJ_GET_PROPERTIES__OBJ_ID, object);
    request.setInt(DrmMode.MODE_OBJ_GET_PROPERTIES__OBJ_TYPE, objectType);
    getProperties(request);
    int count = request.getInt(DrmMode.MODE_OBJ_GET_PROPERTIES__COUNT_PROPS);
    Memory ids = Structs.zeroed(Integer.BYTES * Math.max(1, count));
    Memory values = Structs.zeroed(Long.BYTES * Math.max(1, count));
    request.setPointer(DrmMode.MODE_OBJ_GET_PROPERTIES__PROPS_PTR, ids);
    request.setPointer(DrmMode.MODE_OBJ_GET_PROPERTIES__PROP_VALUES_PTR, values);
    getProperties(request);
    List<String> others = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Memory property = Structs.zeroed(DrmMode.MODE_GET_PROPERTY);
      int id = ids.getInt((long) i * Integer.BYTES);
      property.setInt(DrmMode.MODE_GET_PROPERTY__PROP_ID, id);
      node.ioctl("DRM_IOCTL_MODE_GETPROPERTY", DrmMode.DRM_IOCTL_MODE_GETPROPERTY, property);
      String found = property.getString(DrmMode.MODE_GET_PROPERTY__NAME, UTF_8.name());
      if (found.equals(name)) {
        return new Property(id, values.getLong((long) i * Long.BYTES));
      }
      others.add(found);
    }
    throw new IllegalStateException(
        "%s has no property %s at object %d; it has %s"
            .formatted(node.name(), name, object, others));
  }

  private void getProperties(Memory request) {
    node.ioctl(
        "DRM_IOCTL_MODE_OBJ_GETPROPERTIES", DrmMode.DRM_IOCTL_MODE_OBJ_GETPROPERTIES, request);
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
      return LinuxNode.poll(name, fence, Libc.POLLIN, deadlineNanos);
    }

    @Override
    public void closeThen(Loan loan) {
      int own = Libc.fcntl(fence, Libc.F_DUPFD_CLOEXEC, 0);
      if (own == -1) {
        return; // Out of descriptors: whoever waits for the flip closes it.
      }
      try {
        loan.closeAfter(new SyncFile(own));
      } catch (FenceException e) {
        Libc.close(own); // Nothing here waits for fences: as above.
      }
    }

    @Override
    public void close() {
      Libc.close(fence);
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
