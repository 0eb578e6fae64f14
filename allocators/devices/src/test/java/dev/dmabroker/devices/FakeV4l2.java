package dev.dmabroker.devices;

import com.sun.jna.Pointer;
import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.allocators.linux.VideoDev2;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A V4L2 node that captures, played as videobuf2 behaves. */
final class FakeV4l2 implements Node {
  private final int planes;
  private final int width;
  private final Deque<Integer> queued = new ArrayDeque<>();
  private final Deque<Integer> done = new ArrayDeque<>();
  private boolean streaming;

  /** Where each buffer was queued, in that order. */
  final List<Integer> history = new ArrayList<>();

  /** The most buffers that it grants. */
  int limit = 32;

  /** What QBUF answers; 0 for success. */
  int refusal;

  /** What every call answers; 0 while the device is there. */
  int gone;

  /** Requests for buffers. */
  int requests;

  int descriptorsOpen = 1;

  private int calls;

  FakeV4l2(int width, int planes) {
    this.width = width;
    this.planes = planes;
  }

  V4l2Device open() {
    return new V4l2Device(Path.of("/dev/fake"), this);
  }

  /** The hardware is done with the buffer that was queued first. */
  synchronized void fill() {
    done.add(queued.remove());
    notifyAll();
  }

  /** The device is unplugged: all calls fail, and who waits is woken. */
  synchronized void vanish() {
    gone = Errno.ENODEV.code();
    notifyAll();
  }

  synchronized int queuedCount() {
    return queued.size() + done.size();
  }

  /** How many system calls were made since the last question. */
  synchronized int calls() {
    int made = calls;
    calls = 0;
    return made;
  }

  private boolean multiPlanar() {
    return planes != 1;
  }

  @Override
  public String name() {
    return "/dev/fake";
  }

  @Override
  public int fd() {
    return 1000;
  }

  @Override
  public synchronized int tryIoctl(long request, Pointer argument) {
    calls++;
    if (gone != 0) {
      return -gone;
    }
    if (request == VideoDev2.VIDIOC_QUERYCAP) {
      argument.setInt(
          VideoDev2.CAPABILITY__DEVICE_CAPS,
          VideoDev2.V4L2_CAP_STREAMING
              | (multiPlanar()
                  ? VideoDev2.V4L2_CAP_VIDEO_CAPTURE_MPLANE
                  : VideoDev2.V4L2_CAP_VIDEO_CAPTURE));
    } else if (request == VideoDev2.VIDIOC_G_FMT) {
      format(argument);
    } else if (request == VideoDev2.VIDIOC_REQBUFS) {
      if (streaming) {
        return -Errno.EBUSY.code();
      }
      requests++;
      queued.clear();
      done.clear();
      int wanted = argument.getInt(VideoDev2.REQUESTBUFFERS__COUNT);
      argument.setInt(VideoDev2.REQUESTBUFFERS__COUNT, Math.min(wanted, limit));
    } else if (request == VideoDev2.VIDIOC_QBUF) {
      return queue(argument.getInt(VideoDev2.BUFFER__INDEX));
    } else if (request == VideoDev2.VIDIOC_DQBUF) {
      return dequeue(argument);
    } else if (request == VideoDev2.VIDIOC_STREAMON) {
      streaming = true;
    } else if (request == VideoDev2.VIDIOC_STREAMOFF) {
      streaming = false;
      queued.clear();
      done.clear();
      notifyAll();
    } else {
      return -Errno.ENOTTY.code();
    }
    return 0;
  }

  private void format(Pointer format) {
    format.setInt(VideoDev2.FORMAT__WIDTH, width);
    format.setInt(VideoDev2.FORMAT__HEIGHT, width);
    if (!multiPlanar()) {
      format.setInt(VideoDev2.FORMAT__SIZEIMAGE, width * width);
      return;
    }
    format.setByte(VideoDev2.FORMAT__MP_NUM_PLANES, (byte) planes);
    for (int i = 0; i < Math.min(planes, VideoDev2.VIDEO_MAX_PLANES); i++) {
      format.setInt(
          VideoDev2.FORMAT__MP_PLANES + (long) i * VideoDev2.PLANE_PIX_FORMAT, width * width);
    }
  }

  private int queue(int index) {
    if (refusal != 0) {
      return -refusal;
    }
    if (queued.contains(index) || done.contains(index)) {
      return -Errno.EINVAL.code();
    }
    queued.add(index);
    history.add(index);
    return 0;
  }

  private int dequeue(Pointer buffer) {
    if (!streaming) {
      return -Errno.EINVAL.code();
    }
    if (done.isEmpty()) {
      return -Errno.EAGAIN.code();
    }
    buffer.setInt(VideoDev2.BUFFER__INDEX, done.remove());
    return 0;
  }

  @Override
  public synchronized boolean poll(int events, long deadlineNanos) {
    calls++;
    while (streaming && done.isEmpty() && gone == 0) {
      long left = deadlineNanos - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      try {
        wait(left / 1_000_000 + 1);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return true;
  }

  @Override
  public synchronized void close() {
    descriptorsOpen = 0;
  }
}
