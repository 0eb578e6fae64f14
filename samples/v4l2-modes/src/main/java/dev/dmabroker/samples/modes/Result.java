package dev.dmabroker.samples.modes;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What came of one way to show frames: a row of the table.
 *
 * @param mode how memory gets to the devices, and by which program if it is not this one
 * @param display what shows the frames
 * @param frames captured and given to the display
 * @param cpuMicros in user and kernel mode, for a frame. Of the broker's modes that of the job's
 *     thread, the median over the frames; of a program that of all its threads, the mean
 * @param kernelShare of that time, from 0 to 1
 * @param calls system calls of the threads that {@code cpuMicros} counts; empty if they were not
 *     counted
 * @param copies by the CPU, for each frame
 * @param dropped frames lost for want of a buffer in the camera; empty if that is not known
 * @param damaged frames that the driver called so
 */
record Result(
    String mode,
    String display,
    int frames,
    double cpuMicros,
    double kernelShare,
    Optional<CallsPerFrame> calls,
    int copies,
    OptionalLong dropped,
    int damaged) {

  /** The part of the CPU time that the kernel takes, in microseconds for a frame. */
  double kernelMicros() {
    return cpuMicros * kernelShare;
  }

  /** For programs: "DMABUF/vivid-output". */
  String key() {
    return (mode + "/" + display).replace(' ', '-');
  }
}
