package dev.dmabroker.devices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Memory;
import dev.dmabroker.allocators.linux.DrmMode;
import dev.dmabroker.spec.PixelFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The mode objects of a DRM node, and how they are found: connectors with their modes, CRTCs,
 * planes and the properties of these. The kernel first tells how many there are of what is asked
 * for; asked again it fills the memory that it is given for so many.
 */
final class DrmObjects {
  // No header for programs has these two: the kernel's drm_connector.h and drm_plane.h.
  private static final int CONNECTED = 1;
  private static final int PRIMARY = 1;

  private final Node node;

  /** A connector with a display, and the display's mode of the wanted size. */
  record Connector(int id, Memory mode, int possibleCrtcs) {
    private int crtcIndex() {
      return Integer.numberOfTrailingZeros(possibleCrtcs);
    }
  }

  /** A property of one object, and its value there. */
  record Property(int id, long value) {}

  /** Asks for atomic mode setting, which also makes planes and properties visible. */
  DrmObjects(Node node) {
    this.node = node;
    Memory capability = Structs.zeroed(DrmMode.SET_CLIENT_CAP);
    capability.setLong(DrmMode.SET_CLIENT_CAP__CAPABILITY, DrmMode.DRM_CLIENT_CAP_ATOMIC);
    capability.setLong(DrmMode.SET_CLIENT_CAP__VALUE, 1);
    node.ioctl("DRM_IOCTL_SET_CLIENT_CAP", DrmMode.DRM_IOCTL_SET_CLIENT_CAP, capability);
  }

  /**
   * The first connector whose display has a mode of this size.
   *
   * @throws IllegalStateException if there is none
   */
  Connector connector(int width, int height) {
    List<String> seen = new ArrayList<>();
    for (int id :
        ids(DrmMode.MODE_CARD_RES__CONNECTOR_ID_PTR, DrmMode.MODE_CARD_RES__COUNT_CONNECTORS)) {
      for (Connector each : modes(id)) {
        int modeWidth = each.mode().getShort(DrmMode.MODE_MODEINFO__HDISPLAY);
        int modeHeight = each.mode().getShort(DrmMode.MODE_MODEINFO__VDISPLAY);
        if (modeWidth == width && modeHeight == height) {
          return each;
        }
        seen.add(modeWidth + "x" + modeHeight);
      }
    }
    throw new IllegalStateException(
        "%s has no display that shows %dx%d; modes of those connected: %s"
            .formatted(node.name(), width, height, seen));
  }

  /** The connector with each of its modes; empty if no display is connected. */
  private List<Connector> modes(int id) {
    Memory connector = Structs.zeroed(DrmMode.MODE_GET_CONNECTOR);
    connector.setInt(DrmMode.MODE_GET_CONNECTOR__CONNECTOR_ID, id);
    getConnector(connector);
    int count = connector.getInt(DrmMode.MODE_GET_CONNECTOR__COUNT_MODES);
    int encoders = connector.getInt(DrmMode.MODE_GET_CONNECTOR__COUNT_ENCODERS);
    List<Connector> modes = new ArrayList<>();
    if (connector.getInt(DrmMode.MODE_GET_CONNECTOR__CONNECTION) != CONNECTED
        || count == 0
        || encoders == 0) {
      return modes;
    }
    Memory modeInfos = Structs.zeroed(count * DrmMode.MODE_MODEINFO);
    Memory encoderIds = Structs.zeroed(encoders * Integer.BYTES);
    connector.setPointer(DrmMode.MODE_GET_CONNECTOR__MODES_PTR, modeInfos);
    connector.setPointer(DrmMode.MODE_GET_CONNECTOR__ENCODERS_PTR, encoderIds);
    connector.setInt(DrmMode.MODE_GET_CONNECTOR__COUNT_PROPS, 0);
    getConnector(connector);
    int possibleCrtcs = possibleCrtcs(encoderIds.getInt(0));
    for (int i = 0; i < count; i++) {
      Memory mode = Structs.zeroed(DrmMode.MODE_MODEINFO);
      int at = i * DrmMode.MODE_MODEINFO;
      mode.write(0, modeInfos.getByteArray(at, DrmMode.MODE_MODEINFO), 0, (int) mode.size());
      modes.add(new Connector(id, mode, possibleCrtcs));
    }
    return modes;
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

  /**
   * The first CRTC that can feed the connector.
   *
   * @throws IllegalStateException if there is none
   */
  int crtc(Connector connector) {
    int[] crtcs = ids(DrmMode.MODE_CARD_RES__CRTC_ID_PTR, DrmMode.MODE_CARD_RES__COUNT_CRTCS);
    if (connector.crtcIndex() >= crtcs.length) {
      throw new IllegalStateException(node.name() + " has no CRTC for connector " + connector.id());
    }
    return crtcs[connector.crtcIndex()];
  }

  /** Reads the ids behind one pointer of the resources. */
  private int[] ids(int pointer, int count) {
    int room = resources(Structs.zeroed(DrmMode.MODE_CARD_RES)).getInt(count);
    // Again with room for what is read; a count of zero asks for nothing.
    Memory ids = Structs.zeroed(Integer.BYTES * Math.max(1, room));
    Memory request = Structs.zeroed(DrmMode.MODE_CARD_RES);
    request.setPointer(pointer, ids);
    request.setInt(count, room);
    return ids.getIntArray(0, Math.min(room, resources(request).getInt(count)));
  }

  private Memory resources(Memory request) {
    node.ioctl("DRM_IOCTL_MODE_GETRESOURCES", DrmMode.DRM_IOCTL_MODE_GETRESOURCES, request);
    return request;
  }

  /**
   * The primary plane of the connector's CRTC.
   *
   * @throws IllegalStateException if there is none, or it does not show the format
   */
  int primaryPlane(Connector connector, PixelFormat format) {
    for (int id : planes()) {
      Memory plane = Structs.zeroed(DrmMode.MODE_GET_PLANE);
      plane.setInt(DrmMode.MODE_GET_PLANE__PLANE_ID, id);
      getPlane(plane);
      int possibleCrtcs = plane.getInt(DrmMode.MODE_GET_PLANE__POSSIBLE_CRTCS);
      if ((possibleCrtcs & 1 << connector.crtcIndex()) != 0
          && property(DrmMode.DRM_MODE_OBJECT_PLANE, id, "type").value() == PRIMARY) {
        checkShows(plane, format);
        return id;
      }
    }
    throw new IllegalStateException(node.name() + " has no primary plane");
  }

  private int[] planes() {
    Memory request = Structs.zeroed(DrmMode.MODE_GET_PLANE_RES);
    getPlanes(request);
    int count = request.getInt(DrmMode.MODE_GET_PLANE_RES__COUNT_PLANES);
    Memory ids = Structs.zeroed(Integer.BYTES * Math.max(1, count));
    request.setPointer(DrmMode.MODE_GET_PLANE_RES__PLANE_ID_PTR, ids);
    getPlanes(request);
    return ids.getIntArray(0, count);
  }

  private void getPlanes(Memory request) {
    node.ioctl(
        "DRM_IOCTL_MODE_GETPLANERESOURCES", DrmMode.DRM_IOCTL_MODE_GETPLANERESOURCES, request);
  }

  private void checkShows(Memory plane, PixelFormat format) {
    int count = plane.getInt(DrmMode.MODE_GET_PLANE__COUNT_FORMAT_TYPES);
    Memory codes = Structs.zeroed(Integer.BYTES * Math.max(1, count));
    plane.setPointer(DrmMode.MODE_GET_PLANE__FORMAT_TYPE_PTR, codes);
    getPlane(plane);
    int[] known = codes.getIntArray(0, count);
    if (Arrays.stream(known).noneMatch(code -> code == format.drmCode())) {
      throw new IllegalStateException(
          "%s shows no %s, only %s"
              .formatted(
                  node.name(), format, Arrays.stream(known).mapToObj(PixelFormat::ofDrm).toList()));
    }
  }

  private void getPlane(Memory plane) {
    node.ioctl("DRM_IOCTL_MODE_GETPLANE", DrmMode.DRM_IOCTL_MODE_GETPLANE, plane);
  }

  /**
   * The property of an object that has this name.
   *
   * @param objectType one of the DRM_MODE_OBJECT constants
   * @throws IllegalStateException if the object has none
   */
  Property property(int objectType, int object, String name) {
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
      int id = ids.getInt((long) i * Integer.BYTES);
      String found = propertyName(id);
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

  private String propertyName(int id) {
    Memory property = Structs.zeroed(DrmMode.MODE_GET_PROPERTY);
    property.setInt(DrmMode.MODE_GET_PROPERTY__PROP_ID, id);
    node.ioctl("DRM_IOCTL_MODE_GETPROPERTY", DrmMode.DRM_IOCTL_MODE_GETPROPERTY, property);
    return property.getString(DrmMode.MODE_GET_PROPERTY__NAME, UTF_8.name());
  }
}
