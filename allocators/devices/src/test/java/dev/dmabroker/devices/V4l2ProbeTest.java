package dev.dmabroker.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.Errno;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.Backing;
import dev.dmabroker.spi.DeviceProbe.Answer;
import dev.dmabroker.spi.DeviceProbe.Sample;
import dev.dmabroker.spi.DeviceProbe.Verdict;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class V4l2ProbeTest {
  private static final Path NODE = Path.of("/dev/video7");
  private static final V4l2Format SMALL =
      new V4l2Format(640, 360, PixelFormat.NV12.v4l2Code(), 640, 345_600);

  private final List<String> calls = new ArrayList<>();
  private V4l2Format format = SMALL;

  @Test
  void memoryThatIsTakenIsAccepted() {
    V4l2Probe probe = probe();
    Sample sample = probe.sample(Constraints.none());
    assertEquals(
        new Answer(
            Verdict.ACCEPTED,
            String.format(Locale.ROOT, "VIDIOC_QBUF took %,d bytes of it", V4l2Probe.leastBytes())),
        probe.tryImport(new Shared(5), sample));
    assertEquals(Verdict.ACCEPTED, probe.tryImport(new Shared(6), sample).verdict());
    probe.close();
    probe.close();
    assertEquals(
        List.of(
            "open",
            "take fd 5, used 345600 of 8409088",
            "take fd 6, used 345600 of 8409088",
            "close"),
        calls);
    assertEquals(Verdict.UNKNOWN, probe.tryImport(new Shared(5), sample).verdict());
  }

  @ParameterizedTest
  @CsvSource({
    "VIDIOC_QBUF, EFAULT, REFUSED",
    "VIDIOC_QBUF, EINVAL, REFUSED",
    "VIDIOC_QBUF, ENOMEM, REFUSED",
    "VIDIOC_QBUF, EPERM, REFUSED",
    "VIDIOC_QBUF, EACCES, REFUSED",
    "VIDIOC_QBUF, EOPNOTSUPP, REFUSED",
    "VIDIOC_QBUF, EBUSY, UNKNOWN",
    "VIDIOC_QBUF, EIO, UNKNOWN",
    "VIDIOC_QBUF, ENODEV, UNKNOWN",
    "VIDIOC_QBUF, EBADF, UNKNOWN",
    "VIDIOC_REQBUFS, EINVAL, REFUSED",
    "VIDIOC_REQBUFS, EBUSY, UNKNOWN",
    "VIDIOC_REQBUFS, ENOMEM, UNKNOWN",
    "VIDIOC_STREAMOFF, EINVAL, UNKNOWN",
  })
  void anErrorOfMemoryIsARefusalAndAnyOtherTellsNothing(
      String call, String errnoName, Verdict verdict) {
    DeviceException e = new DeviceException(call, NODE.toString(), errno(errnoName));
    V4l2Probe probe = new V4l2Probe("fake", () -> new Fake(e));
    Answer answer = probe.tryImport(new Shared(5), probe.sample(Constraints.none()));
    assertEquals(new Answer(verdict, String.valueOf(e.getMessage())), answer);
  }

  @Test
  void aNodeThatCannotBeOpenedIsUnknownToAllMemory() {
    DeviceException busy = new DeviceException("open", NODE.toString(), Errno.EBUSY.code());
    V4l2Probe probe =
        new V4l2Probe(
            "fake",
            () -> {
              throw busy;
            });
    Sample sample = probe.sample(Constraints.none());
    assertEquals(1, sample.sizeBytes());
    assertEquals(
        new Answer(Verdict.UNKNOWN, "open on /dev/video7: EBUSY, in use"),
        probe.tryImport(new Shared(5), sample));
    probe.close();
  }

  @Test
  void aNodeThatIsNotThereIsUnknownToAllMemory() {
    V4l2Probe probe = V4l2Probe.of(Path.of("/dev/video999"), V4l2Direction.OUTPUT);
    assertEquals("V4L2 /dev/video999 output", probe.name());
    Answer answer = probe.tryImport(new Shared(5), probe.sample(Constraints.none()));
    assertEquals(
        new Answer(Verdict.UNKNOWN, "open on /dev/video999: ENOENT, no such file"), answer);
    probe.close();
  }

  @Test
  void aNodeWhoseFormatContradictsItselfIsUnknownToAllMemory() {
    format = new V4l2Format(640, 360, PixelFormat.NV12.v4l2Code(), 640, 345_599);
    V4l2Probe probe = probe();
    Answer answer = probe.tryImport(new Shared(5), probe.sample(Constraints.none()));
    assertEquals(Verdict.UNKNOWN, answer.verdict());
    assertEquals(
        "the node's format contradicts itself: a layout cannot have sizeBytes=345599: the contents"
            + " of its planes end at 345600",
        answer.reason());
    probe.close();
  }

  @Test
  void aNodeWithoutFormatIsUnknownToAllMemory() {
    format = new V4l2Format(0, 0, 0, 0, 0);
    V4l2Probe probe = probe();
    Answer answer = probe.tryImport(new Shared(5), probe.sample(Constraints.none()));
    assertEquals(new Answer(Verdict.UNKNOWN, "the node has no format yet"), answer);
    probe.close();
    assertEquals(List.of("open", "close"), calls);
  }

  @Test
  void aSampleIsTooLargeToBeContiguousByLuck() {
    assertTrue(V4l2Probe.leastBytes() > 4 << 20);
    assertEquals(
        new Sample(V4l2Probe.leastBytes(), SMALL.layout()), probe().sample(Constraints.none()));
    format = new V4l2Format(3840, 2160, PixelFormat.YUYV.v4l2Code(), 7680, 16_588_800);
    assertEquals(16_588_800, probe().sample(Constraints.none()).sizeBytes());
  }

  @Test
  void aSampleIsAsLargeAsDeclaredButNeverSmallerThanTells() {
    Constraints large = Constraints.builder().minSize(20_000_000).build();
    assertEquals(20_000_000, probe().sample(large).sizeBytes());
    Constraints small = Constraints.builder().maxSize(1_000_000).build();
    assertEquals(V4l2Probe.leastBytes(), probe().sample(small).sizeBytes());
    Constraints huge = Constraints.builder().minSize(1L << 40).build();
    assertEquals(Integer.MAX_VALUE, probe().sample(huge).sizeBytes());
  }

  @Test
  void onlyRefusalsOfTheDriverAreAnswers() {
    V4l2Probe probe = new V4l2Probe("fake", () -> new Fake(new IllegalStateException("bug")));
    Sample sample = probe.sample(Constraints.none());
    assertThrows(IllegalStateException.class, () -> probe.tryImport(new Shared(5), sample));
  }

  @Test
  void theDirectionOfANodeWhoseFramesGoOneWayIsFound() {
    assertEquals(
        V4l2Direction.CAPTURE, capabilities(0x0400_0001).onlyDirection(Path.of("/dev/video0")));
    assertEquals(
        V4l2Direction.OUTPUT, capabilities(0x0400_0002).onlyDirection(Path.of("/dev/video1")));
  }

  @Test
  void aNodeWhoseFramesGoBothWaysNeedsADirection() {
    String codec =
        assertThrows(
                V4l2Probe.AmbiguousDirectionException.class,
                () -> capabilities(0x0400_8000).onlyDirection(Path.of("/dev/video2")))
            .getMessage();
    assertEquals(
        "/dev/video2 streams frames both ways; give V4l2Probe.of the direction, too", codec);
  }

  private static V4l2Capabilities capabilities(int deviceCaps) {
    return new V4l2Capabilities("fake", "card", "bus", deviceCaps);
  }

  private V4l2Probe probe() {
    return new V4l2Probe("fake", () -> new Fake(null));
  }

  private static int errno(String name) {
    return IntStream.range(1, 200)
        .filter(code -> new Errno(code).name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** A node that takes all memory, or none. */
  private final class Fake implements V4l2Probe.Importer {
    private final @Nullable RuntimeException failure;

    Fake(@Nullable RuntimeException failure) {
      this.failure = failure;
      calls.add("open");
    }

    @Override
    public V4l2Format format() {
      return format;
    }

    @Override
    public void take(int fd, int bytesUsed, int lengthBytes) {
      if (failure != null) {
        throw failure;
      }
      calls.add("take fd %d, used %d of %d".formatted(fd, bytesUsed, lengthBytes));
    }

    @Override
    public void close() {
      calls.add("close");
    }
  }

  /** Memory of which nothing is used but the descriptor. */
  private record Shared(int fd) implements Backing {
    @Override
    public long sizeBytes() {
      return 16 << 20;
    }

    @Override
    public int dupFd() {
      throw new AssertionError();
    }

    @Override
    public ByteBuffer bytes(long offsetBytes, int lengthBytes) {
      throw new AssertionError();
    }

    @Override
    public void beginCpuAccess(Access access) {
      throw new AssertionError();
    }

    @Override
    public void endCpuAccess(Access access) {
      throw new AssertionError();
    }

    @Override
    public void release() {
      throw new AssertionError();
    }
  }
}
