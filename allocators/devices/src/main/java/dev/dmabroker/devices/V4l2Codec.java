package dev.dmabroker.devices;

import com.sun.jna.Memory;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.LibC;
import dev.dmabroker.allocators.linux.VideoDev2;
import java.time.Duration;

/**
 * What only an encoder or a decoder of V4L2 is told, and what a decoder tells. Its methods throw as
 * those of {@link V4l2Device}. Used by the one thread that uses the device.
 */
public final class V4l2Codec {
  /**
   * The pixel format of vicodec's streams, which has none in {@link
   * dev.dmabroker.spec.PixelFormat}.
   */
  public static final int FWHT = VideoDev2.V4L2_PIX_FMT_FWHT;

  private final Node node;

  V4l2Codec(Node node) {
    this.node = node;
  }

  /**
   * Tells an encoder to finish what it has been given; the last frame of its capture queue {@link
   * V4l2Buffer#last says so}.
   */
  public void drainEncoder() {
    Memory command = Structs.zeroed(VideoDev2.ENCODER_CMD);
    command.setInt(0, VideoDev2.V4L2_ENC_CMD_STOP);
    node.ioctl("VIDIOC_ENCODER_CMD", VideoDev2.VIDIOC_ENCODER_CMD, command);
  }

  /** As {@link #drainEncoder()} for a decoder. */
  public void drainDecoder() {
    Memory command = Structs.zeroed(VideoDev2.DECODER_CMD);
    command.setInt(0, VideoDev2.V4L2_DEC_CMD_STOP);
    node.ioctl("VIDIOC_DECODER_CMD", VideoDev2.VIDIOC_DECODER_CMD, command);
  }

  /** Asks a decoder to tell when it has found out the size of a stream's frames. */
  public void watchSourceChange() {
    Memory subscription = Structs.zeroed(VideoDev2.EVENT_SUBSCRIPTION);
    subscription.setInt(0, VideoDev2.V4L2_EVENT_SOURCE_CHANGE);
    node.ioctl("VIDIOC_SUBSCRIBE_EVENT", VideoDev2.VIDIOC_SUBSCRIBE_EVENT, subscription);
  }

  /**
   * Waits until the decoder has found out the size of a stream's frames.
   *
   * @param timeout how long to wait at most
   * @return whether it has in time
   */
  public boolean awaitSourceChange(Duration timeout) {
    long deadline = Deadlines.after(timeout);
    Memory event = Structs.zeroed(VideoDev2.EVENT);
    while (node.poll(LibC.POLLPRI, deadline)) {
      int answer = node.tryIoctl(VideoDev2.VIDIOC_DQEVENT, event);
      if (answer == 0
          && event.getInt(VideoDev2.EVENT__TYPE) == VideoDev2.V4L2_EVENT_SOURCE_CHANGE) {
        return true;
      }
      if (answer == -Errno.ENOENT.code() && System.nanoTime() - deadline >= 0) {
        return false; // A queue that is not streaming makes poll answer at once.
      }
      if (answer < 0 && answer != -Errno.ENOENT.code()) {
        throw new DeviceException("VIDIOC_DQEVENT", node.name(), -answer);
      }
    }
    return false;
  }
}
