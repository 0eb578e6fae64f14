package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.Backing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What udmabuf's driver is given, where the kernel leaves old contents in new pages. */
class UdmabufSourceTest {

  /** A driver that makes "dma-bufs" which are duplicates of the memfds, and looks into them. */
  private static final class Driver implements ScriptedKernel.Script {
    int made;

    @Override
    public @Nullable Number answer(ScriptedKernel.Call call) throws Exception {
      if (call.is("fallocate")) {
        int fd = (int) call.number(0);
        long end = call.number(2) + call.number(3);
        LibC.calls().ftruncate(fd, end);
        dirty(fd, end);
        return 0;
      }
      if (call.isRequest(Ioctl.UDMABUF_CREATE)) {
        ByteBuffer request = ByteBuffer.wrap(call.bytes(2)).order(ByteOrder.nativeOrder());
        int memfd = request.getInt();
        isClear(memfd, request.getLong(16));
        made++;
        return LibC.calls().fcntl(memfd, LibC.F_DUPFD_CLOEXEC, 0);
      }
      return call.is("ioctl") ? 0 : null;
    }

    private static void dirty(int fd, long bytes) throws Exception {
      ByteBuffer memory = OwnProcess.mapAgain(fd, (int) bytes);
      while (memory.hasRemaining()) {
        memory.putLong(-1);
      }
    }

    private static void isClear(int fd, long bytes) throws Exception {
      ByteBuffer memory = OwnProcess.mapAgain(fd, (int) bytes);
      while (memory.hasRemaining()) {
        int at = memory.position();
        assertEquals(0, memory.getLong(), () -> "at " + at);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1_000_000, 3 << 20, 20 << 20})
  void theDriverGetsMemoryThatIsClear(int bytes) throws Exception {
    int before = OwnProcess.memoryDescriptors();
    Driver driver = new Driver();
    Fd node = Fd.open(Path.of("/dev/null"), LibC.O_RDWR);
    try (ScriptedKernel kernel = new ScriptedKernel(driver);
        UdmabufSource source =
            new UdmabufSource("udmabuf", node, MemfdSource.ordinary("udmabuf"), Long.MAX_VALUE)) {
      Backing backing = source.allocate("frame", bytes);
      assertTrue(backing.sizeBytes() >= bytes);
      backing.release();
    }
    assertEquals(1, driver.made);
    assertEquals(before, OwnProcess.memoryDescriptors());
  }
}
