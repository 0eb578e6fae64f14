package dev.dmabroker.devices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.DrmMode;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.FileId;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.spec.PixelFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A DRM node with one display, played as the kernel behaves: importing a dma-buf again gives the
 * handle that it has, and a flip's fence, which is an eventfd, signals at {@link #vblank}. Used by
 * one thread at a time, but for handles and framebuffers.
 */
final class FakeDrm implements Node {
  static final int WIDTH = 64;
  static final int HEIGHT = 48;
  static final PixelFormat FORMAT = PixelFormat.XRGB8888;

  private static final int CONNECTOR = 31;
  private static final int CRTC = 32;
  private static final int PLANE = 33;
  private static final int ENCODER = 34;
  private static final List<String> PROPERTIES = List.of("type", "FB_ID", "OUT_FENCE_PTR");
  private static final int PRIMARY = 1;

  private final Map<FileId, Integer> handles = new HashMap<>();
  private final Map<Integer, Integer> framebuffers = new HashMap<>();
  private final Map<Long, String> names =
      Map.of(
          DrmMode.DRM_IOCTL_PRIME_FD_TO_HANDLE, "PRIME_FD_TO_HANDLE",
          DrmMode.DRM_IOCTL_MODE_ADDFB2, "ADDFB2",
          DrmMode.DRM_IOCTL_MODE_RMFB, "RMFB",
          DrmMode.DRM_IOCTL_GEM_CLOSE, "GEM_CLOSE",
          DrmMode.DRM_IOCTL_MODE_ATOMIC, "ATOMIC",
          DrmMode.DRM_IOCTL_MODE_SETCRTC, "SETCRTC");
  private Map<String, Integer> calls = new TreeMap<>();
  private int ids = 100;
  private int shown;
  private int next;
  private int fence = -1;
  boolean closed;

  KmsDisplay<Integer> open() {
    return new KmsDisplay<>(new DrmScreen(this, WIDTH, HEIGHT, FORMAT));
  }

  /** How often each call for frames was made since the last question; others are not counted. */
  synchronized Map<String, Integer> calls() {
    Map<String, Integer> made = calls;
    calls = new TreeMap<>();
    return made;
  }

  synchronized int framebufferCount() {
    return framebuffers.size();
  }

  synchronized int handleCount() {
    return handles.size();
  }

  synchronized void vblank() {
    if (fence != -1) {
      shown = next;
      next = 0;
      LibC.calls().eventfd_write(fence, 1);
      fence = -1;
    }
  }

  @Override
  public String name() {
    return "/dev/fake";
  }

  @Override
  public int fd() {
    return -1;
  }

  @Override
  public synchronized int tryIoctl(long request, Pointer argument) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    Optional.ofNullable(names.get(request)).ifPresent(name -> calls.merge(name, 1, Integer::sum));
    if (request == DrmMode.DRM_IOCTL_PRIME_FD_TO_HANDLE) {
      return importDmaBuf(argument);
    } else if (request == DrmMode.DRM_IOCTL_GEM_CLOSE) {
      int handle = argument.getInt(DrmMode.GEM_CLOSE__HANDLE);
      return handles.values().remove(handle) ? 0 : -Errno.EINVAL.code();
    } else if (request == DrmMode.DRM_IOCTL_MODE_ADDFB2) {
      return addFramebuffer(argument);
    } else if (request == DrmMode.DRM_IOCTL_MODE_RMFB) {
      int id = argument.getInt(0);
      if (id == shown || id == next) {
        throw new AssertionError("framebuffer " + id + " is on the screen");
      }
      return framebuffers.remove(id) == null ? -Errno.EINVAL.code() : 0;
    } else if (request == DrmMode.DRM_IOCTL_MODE_ATOMIC) {
      return flip(argument);
    } else if (request == DrmMode.DRM_IOCTL_MODE_SETCRTC) {
      vblank();
      shown = argument.getInt(DrmMode.MODE_CRTC__FB_ID);
      return 0;
    }
    return describe(request, argument);
  }

  private int importDmaBuf(Pointer prime) {
    FileId file = FileId.of(prime.getInt(DrmMode.PRIME_HANDLE__FD)).orElseThrow();
    int handle = handles.computeIfAbsent(file, it -> ++ids);
    prime.setInt(DrmMode.PRIME_HANDLE__HANDLE, handle);
    return 0;
  }

  private int addFramebuffer(Pointer frame) {
    int handle = frame.getInt(DrmMode.MODE_FB_CMD2__HANDLES);
    if (!handles.containsValue(handle)) {
      return -Errno.EINVAL.code();
    }
    framebuffers.put(++ids, handle);
    frame.setInt(DrmMode.MODE_FB_CMD2__FB_ID, ids);
    return 0;
  }

  private int flip(Pointer request) {
    if (fence != -1) {
      return -Errno.EBUSY.code();
    }
    Pointer values = request.getPointer(DrmMode.MODE_ATOMIC__PROP_VALUES_PTR);
    next = (int) values.getLong(0);
    if (!framebuffers.containsKey(next)) {
      return -Errno.EINVAL.code();
    }
    fence = LibC.calls().eventfd(0, LibC.EFD_CLOEXEC);
    values.getPointer(Long.BYTES).setInt(0, fence);
    return 0;
  }

  /** What is asked when a screen is opened. */
  private static int describe(long request, Pointer argument) {
    if (request == DrmMode.DRM_IOCTL_MODE_GETRESOURCES) {
      list(argument, DrmMode.MODE_CARD_RES__CRTC_ID_PTR, CRTC);
      list(argument, DrmMode.MODE_CARD_RES__CONNECTOR_ID_PTR, CONNECTOR);
      argument.setInt(DrmMode.MODE_CARD_RES__COUNT_CRTCS, 1);
      argument.setInt(DrmMode.MODE_CARD_RES__COUNT_CONNECTORS, 1);
    } else if (request == DrmMode.DRM_IOCTL_MODE_GETCONNECTOR) {
      list(argument, DrmMode.MODE_GET_CONNECTOR__ENCODERS_PTR, ENCODER);
      Pointer mode = argument.getPointer(DrmMode.MODE_GET_CONNECTOR__MODES_PTR);
      if (mode != null) {
        mode.setShort(DrmMode.MODE_MODEINFO__HDISPLAY, (short) WIDTH);
        mode.setShort(DrmMode.MODE_MODEINFO__VDISPLAY, (short) HEIGHT);
      }
      argument.setInt(DrmMode.MODE_GET_CONNECTOR__COUNT_MODES, 1);
      argument.setInt(DrmMode.MODE_GET_CONNECTOR__COUNT_ENCODERS, 1);
      argument.setInt(DrmMode.MODE_GET_CONNECTOR__CONNECTION, 1);
    } else if (request == DrmMode.DRM_IOCTL_MODE_GETENCODER) {
      argument.setInt(DrmMode.MODE_GET_ENCODER__POSSIBLE_CRTCS, 1);
    } else if (request == DrmMode.DRM_IOCTL_MODE_GETPLANERESOURCES) {
      list(argument, DrmMode.MODE_GET_PLANE_RES__PLANE_ID_PTR, PLANE);
      argument.setInt(DrmMode.MODE_GET_PLANE_RES__COUNT_PLANES, 1);
    } else if (request == DrmMode.DRM_IOCTL_MODE_GETPLANE) {
      list(argument, DrmMode.MODE_GET_PLANE__FORMAT_TYPE_PTR, FORMAT.drmCode());
      argument.setInt(DrmMode.MODE_GET_PLANE__POSSIBLE_CRTCS, 1);
      argument.setInt(DrmMode.MODE_GET_PLANE__COUNT_FORMAT_TYPES, 1);
    } else if (request == DrmMode.DRM_IOCTL_MODE_OBJ_GETPROPERTIES) {
      properties(argument);
    } else if (request == DrmMode.DRM_IOCTL_MODE_GETPROPERTY) {
      String name = PROPERTIES.get(argument.getInt(DrmMode.MODE_GET_PROPERTY__PROP_ID));
      argument.setString(DrmMode.MODE_GET_PROPERTY__NAME, name, UTF_8.name());
    }
    return 0;
  }

  private static void list(Pointer argument, int pointer, int only) {
    Pointer ids = argument.getPointer(pointer);
    if (ids != null) {
      ids.setInt(0, only);
    }
  }

  private static void properties(Pointer argument) {
    Pointer ids = argument.getPointer(DrmMode.MODE_OBJ_GET_PROPERTIES__PROPS_PTR);
    Pointer values = argument.getPointer(DrmMode.MODE_OBJ_GET_PROPERTIES__PROP_VALUES_PTR);
    for (int i = 0; ids != null && i < PROPERTIES.size(); i++) {
      ids.setInt((long) i * Integer.BYTES, i);
      values.setLong((long) i * Long.BYTES, PRIMARY);
    }
    argument.setInt(DrmMode.MODE_OBJ_GET_PROPERTIES__COUNT_PROPS, PROPERTIES.size());
  }

  @Override
  public boolean poll(int events, long deadlineNanos) {
    throw new AssertionError("a display waits for fences");
  }

  @Override
  public synchronized void close() {
    closed = true;
  }
}
