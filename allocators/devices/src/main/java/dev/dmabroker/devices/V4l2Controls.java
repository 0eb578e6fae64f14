package dev.dmabroker.devices;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.Memory;
import dev.dmabroker.allocators.linux.VideoDev2;
import java.util.ArrayList;
import java.util.List;

/**
 * The controls of a V4L2 driver, such as a camera's movement or a test driver's faults. Its methods
 * throw as those of {@link V4l2Device}. Used by the one thread that uses the device.
 */
public final class V4l2Controls {
  private final Node node;

  V4l2Controls(Node node) {
    this.node = node;
  }

  /**
   * Sets a control that the driver has by this name, such as one of its own, whose number no header
   * has. A button is pressed, whatever the value.
   *
   * @param name the control's name, as VIDIOC_QUERYCTRL tells it
   * @param value the value, in the unit of the control
   * @throws IllegalArgumentException if there is no such control
   */
  public void set(String name, int value) {
    Memory control = Structs.zeroed(VideoDev2.CONTROL);
    control.setInt(VideoDev2.CONTROL__ID, id(name));
    control.setInt(VideoDev2.CONTROL__VALUE, value);
    node.ioctl("VIDIOC_S_CTRL", VideoDev2.VIDIOC_S_CTRL, control);
  }

  private int id(String name) {
    List<String> others = new ArrayList<>();
    Memory query = Structs.zeroed(VideoDev2.QUERYCTRL);
    for (long id = 0; ; id = query.getInt(VideoDev2.QUERYCTRL__ID)) {
      query.setInt(VideoDev2.QUERYCTRL__ID, (int) (id | VideoDev2.V4L2_CTRL_FLAG_NEXT_CTRL));
      if (node.tryIoctl(VideoDev2.VIDIOC_QUERYCTRL, query) != 0) {
        throw new IllegalArgumentException(
            "%s has no control '%s'; it has %s".formatted(node.name(), name, others));
      }
      String found = query.getString(VideoDev2.QUERYCTRL__NAME, UTF_8.name());
      if (found.equals(name)) {
        return query.getInt(VideoDev2.QUERYCTRL__ID);
      }
      others.add(found);
    }
  }
}
