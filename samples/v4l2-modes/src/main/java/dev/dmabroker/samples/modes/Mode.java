package dev.dmabroker.samples.modes;

import dev.dmabroker.devices.V4l2Buffer;
import java.time.Duration;
import java.util.Optional;

/**
 * One way for frames to get from the camera to the display. Buffers have numbers, and go round: the
 * camera has them, then the display, then the camera again. Used by one thread.
 */
interface Mode extends AutoCloseable {

  /**
   * A frame that the camera has filled.
   *
   * @param number its buffer's
   * @param buffer what the driver says of it
   */
  record Captured(int number, V4l2Buffer buffer) {}

  /** For the table: how memory gets to the devices. */
  String name();

  /** For the table: what shows the frames. */
  String display();

  /** How many times the CPU copies each frame. */
  int copies();

  /** How many buffers the camera takes. */
  int buffers();

  /** Gives the camera a buffer. */
  void give(int number);

  /** Starts the camera, which has all of its buffers. */
  void start();

  /** Waits for the next frame. */
  Optional<Captured> capture(Duration timeout);

  /** Has a frame shown. */
  void show(int number);

  /** Waits for a buffer that the display is done with, for the camera. */
  Optional<Integer> shown(Duration timeout);

  /** Takes every buffer back from the devices, which stay open. */
  @Override
  void close();
}
