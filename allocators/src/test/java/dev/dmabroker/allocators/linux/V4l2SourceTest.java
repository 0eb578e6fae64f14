package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a V4L2 driver may answer that those of the kernel lab do not. */
class V4l2SourceTest {
  private static final int FRAME = 614_400;

  private final Driver driver = new Driver();
  private final List<Backing> toRelease = new ArrayList<>();
  private final int descriptorsBefore = OwnProcess.memoryDescriptors();

  /** Buffers are memfds: nobody looks into them. */
  static final class Driver implements V4l2Node {
    int caps = VideoDev2.V4L2_CAP_STREAMING | VideoDev2.V4L2_CAP_VIDEO_CAPTURE;
    int sizeImage = FRAME;
    int planes = 1;
    int grants = 32;
    boolean creates = true;
    boolean removes;
    final Map<Long, Errno> failing = new HashMap<>();
    final TreeSet<Integer> buffers = new TreeSet<>();
    final TreeSet<Integer> exported = new TreeSet<>();
    final List<Integer> freed = new ArrayList<>();
    int lastType;

    /** Whether the queue is this opening's: others are told EBUSY. */
    boolean owned;

    @Override
    public @Nullable Errno ask(long request, ByteBuffer argument) {
      assertEquals(ByteOrder.nativeOrder(), argument.order());
      Errno failure = failing.get(request);
      if (failure != null) {
        return failure;
      }
      if (request == VideoDev2.VIDIOC_QUERYCAP) {
        argument.putInt(VideoDev2.CAPABILITY__CAPABILITIES, (int) VideoDev2.V4L2_CAP_DEVICE_CAPS);
        argument.putInt(VideoDev2.CAPABILITY__DEVICE_CAPS, caps);
      } else if (request == VideoDev2.VIDIOC_G_FMT) {
        lastType = argument.getInt(0);
        argument.putInt(VideoDev2.FORMAT__SIZEIMAGE, sizeImage);
        argument.put(VideoDev2.FORMAT__MP_NUM_PLANES, (byte) planes);
      } else if (request == VideoDev2.VIDIOC_REQBUFS) {
        buffers.clear();
        for (int i = 0; i < Math.min(argument.getInt(0), grants); i++) {
          buffers.add(i);
        }
        argument.putInt(0, buffers.size());
        owned = !buffers.isEmpty();
      } else if (request == VideoDev2.VIDIOC_CREATE_BUFS) {
        if (!creates) {
          return Errno.ENOTTY;
        }
        assertEquals(lastType, argument.getInt(VideoDev2.CREATE_BUFFERS__FORMAT));
        assertEquals(
            sizeImage,
            argument.getInt(VideoDev2.CREATE_BUFFERS__FORMAT + VideoDev2.FORMAT__SIZEIMAGE));
        if (buffers.size() >= grants) {
          return Errno.ENOBUFS;
        }
        int index = 0;
        while (!buffers.add(index)) {
          index++;
        }
        argument.putInt(0, index);
        owned = true;
      } else if (request == VideoDev2.VIDIOC_REMOVE_BUFS) {
        if (!removes) {
          return Errno.ENOTTY;
        }
        assertTrue(buffers.remove(argument.getInt(0)));
        freed.add(argument.getInt(0));
      } else if (request == VideoDev2.VIDIOC_QUERYBUF) {
        // As if somebody had it still: to be given out again it would have to be a real dma-buf.
        argument.putInt(
            VideoDev2.BUFFER__FLAGS,
            exported.contains(argument.getInt(0)) ? VideoDev2.V4L2_BUF_FLAG_MAPPED : 0);
        return buffers.contains(argument.getInt(0)) ? null : Errno.EINVAL;
      } else if (request == VideoDev2.VIDIOC_EXPBUF) {
        assertTrue(buffers.contains(argument.getInt(4)));
        exported.add(argument.getInt(4));
        int frame = LibC.calls().memfd_create(Fd.text("frame"), LibC.MFD_CLOEXEC);
        assertEquals(0, LibC.calls().ftruncate(frame, sizeImage & 0xffff_ffffL));
        argument.putInt(16, frame);
      }
      return null;
    }

    @Override
    public void close() {}
  }

  private V4l2Source open() throws HeapException {
    return V4l2Source.of("video7-capture", driver, /* output= */ false);
  }

  private Backing allocate(V4l2Source source) throws HeapException {
    Backing backing = source.allocate("frame", FRAME);
    toRelease.add(backing);
    return backing;
  }

  @AfterEach
  void nothingIsLeft() {
    toRelease.forEach(Backing::release);
    assertEquals(descriptorsBefore, OwnProcess.memoryDescriptors());
  }

  private void refuses(V4l2Source source, Kind kind, String... says) {
    HeapException refusal =
        assertThrows(HeapException.class, () -> source.allocate("frame", FRAME));
    assertEquals(kind, refusal.kind(), refusal.getMessage());
    for (String part : says) {
      assertTrue(String.valueOf(refusal.getMessage()).contains(part), refusal.getMessage());
    }
  }

  private void doesNotOpen(String... says) {
    HeapException refusal = assertThrows(HeapException.class, this::open);
    for (String part : says) {
      assertTrue(String.valueOf(refusal.getMessage()).contains(part), refusal.getMessage());
    }
  }

  @Test
  void buffersHaveTheFormatsSizeInWholePages() throws Exception {
    V4l2Source source = open();
    assertEquals(Pages.roundUp("", FRAME, Pages.size()), source.bufferBytes());
    assertEquals(source.bufferBytes(), allocate(source).sizeBytes());
    HeapException refusal =
        assertThrows(HeapException.class, () -> source.allocate("more", source.bufferBytes() + 1));
    assertEquals(Kind.TOO_LARGE, refusal.kind());
  }

  @Test
  void aDriverThatAddsBuffersGivesUpToItsMost() throws Exception {
    driver.grants = 3;
    V4l2Source source = open();
    for (int i = 0; i < 3; i++) {
      assertEquals(OptionalInt.of(i), source.indexOf(allocate(source).fd()));
    }
    refuses(source, Kind.FULL, "VIDIOC_CREATE_BUFS", "ENOBUFS");
  }

  @Test
  void aDriverThatAddsNoneGrantsFewerThanAsked() throws Exception {
    driver.creates = false;
    driver.grants = 2;
    V4l2Source source = open();
    allocate(source);
    allocate(source);
    refuses(source, Kind.FULL, "2 of 32");
  }

  @Test
  void aDriverThatGrantsNoneIsFull() throws Exception {
    driver.creates = false;
    driver.grants = 0;
    refuses(open(), Kind.FULL, "none of 32");
  }

  @Test
  void outOfMemoryInTheMiddleOfGrowthLeavesTheRestUsable() throws Exception {
    V4l2Source source = open();
    allocate(source);
    driver.failing.put(VideoDev2.VIDIOC_CREATE_BUFS, Errno.ENOMEM);
    refuses(source, Kind.FULL, "ENOMEM");
    driver.failing.clear();
    allocate(source);
    assertEquals(2, driver.buffers.size());
  }

  @Test
  void anExportThatFailsLeavesNothing() throws Exception {
    driver.failing.put(VideoDev2.VIDIOC_EXPBUF, Errno.EMFILE);
    refuses(open(), Kind.NO_DESCRIPTORS, "VIDIOC_EXPBUF", "EMFILE");
    assertEquals(0, driver.buffers.size());
  }

  @Test
  void aDeviceThatVanishesSaysSo() throws Exception {
    V4l2Source source = open();
    Backing backing = allocate(source);
    driver.failing.put(VideoDev2.VIDIOC_CREATE_BUFS, Errno.ENODEV);
    driver.failing.put(VideoDev2.VIDIOC_REQBUFS, Errno.ENODEV);
    refuses(source, Kind.FAILED, "ENODEV", "the device is gone");
    toRelease.remove(backing);
    backing.release();
  }

  @Test
  void aQueueThatSomebodyElseHasSaysSo() throws Exception {
    driver.failing.put(VideoDev2.VIDIOC_CREATE_BUFS, Errno.EBUSY);
    refuses(open(), Kind.FAILED, "EBUSY", "another program's");
  }

  @Test
  void allAreFreedWhenTheLastComesBack() throws Exception {
    V4l2Source source = open();
    Backing one = source.allocate("one", 1);
    Backing two = source.allocate("two", 1);
    one.release();
    assertEquals(2, driver.buffers.size());
    two.release();
    assertEquals(0, driver.buffers.size());
    assertEquals(OptionalInt.empty(), source.indexOf(0));
  }

  @Test
  void oneIsFreedAloneWhereTheDriverCan() throws Exception {
    driver.removes = true;
    V4l2Source source = open();
    Backing one = source.allocate("one", 1);
    allocate(source);
    one.release();
    assertEquals(List.of(0), driver.freed);
    assertEquals(OptionalInt.of(0), source.indexOf(allocate(source).fd()));
  }

  /** To remove the last buffer leaves the queue to this opening, as videobuf2 does. */
  @Test
  void theQueueIsLeftWithItsLastBuffer() throws Exception {
    driver.removes = true;
    V4l2Source source = open();
    Backing one = source.allocate("one", 1);
    Backing two = source.allocate("two", 1);
    one.release();
    assertTrue(driver.owned);
    two.release();
    assertEquals(0, driver.buffers.size());
    assertFalse(driver.owned, "others would be told EBUSY");
  }

  @Test
  void whereNotAllCanBeFreedTheLastIsRemovedAlone() throws Exception {
    driver.removes = true;
    V4l2Source source = open();
    Backing one = source.allocate("one", 1);
    driver.failing.put(VideoDev2.VIDIOC_REQBUFS, Errno.EBUSY); // It streams.
    one.release();
    assertEquals(List.of(0), driver.freed);
    allocate(source);
    driver.failing.clear();
  }

  @Test
  void multiPlanarQueuesWithOneMemoryServe() throws Exception {
    driver.caps = VideoDev2.V4L2_CAP_STREAMING | VideoDev2.V4L2_CAP_VIDEO_M2M_MPLANE;
    allocate(open());
    assertEquals(VideoDev2.V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, driver.lastType);
    allocate(V4l2Source.of("video7-output", driver, /* output= */ true));
    assertEquals(VideoDev2.V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE, driver.lastType);
  }

  @Test
  void picturesInSeveralMemoriesAreRefused() {
    driver.caps = VideoDev2.V4L2_CAP_STREAMING | VideoDev2.V4L2_CAP_VIDEO_CAPTURE_MPLANE;
    for (int planes : new int[] {0, 2, 5, 255}) {
      driver.planes = planes;
      doesNotOpen(planes + " memories", "NV12");
    }
  }

  @Test
  void nodesWithoutAFormatOrAQueueAreRefused() {
    driver.sizeImage = 0;
    doesNotOpen("VIDIOC_S_FMT");
    driver.sizeImage = -1; // 4 GiB - 1
    driver.caps = VideoDev2.V4L2_CAP_VIDEO_CAPTURE;
    doesNotOpen("no queue for capture");
    driver.caps = VideoDev2.V4L2_CAP_STREAMING | VideoDev2.V4L2_CAP_VIDEO_OUTPUT;
    doesNotOpen("no queue for capture");
    driver.failing.put(VideoDev2.VIDIOC_QUERYCAP, Errno.ENOTTY);
    doesNotOpen("VIDIOC_QUERYCAP", "ENOTTY");
  }
}
