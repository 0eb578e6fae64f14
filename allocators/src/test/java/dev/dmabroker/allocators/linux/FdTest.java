package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.allocators.linux.ScriptedKernel.Call;
import dev.dmabroker.spi.HeapException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A descriptor in use, and its end. No real descriptor has a number like these. */
class FdTest {
  private static final int NUMBER = 1_000_000;

  private final List<String> done = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private ScriptedKernel kernel;

  @BeforeEach
  void standIn() {
    kernel = new ScriptedKernel(this::close);
  }

  private Number close(Call call) {
    done.add(call.name() + " " + call.number(0));
    return 0;
  }

  @AfterEach
  void leave() {
    kernel.close();
  }

  private static Fd fd() {
    return new Fd(NUMBER, "a file");
  }

  @Test
  void itIsClosedOnce() {
    Fd fd = fd();
    fd.close();
    fd.close();
    assertEquals(List.of("close " + NUMBER), done);
  }

  @Test
  void itIsClosedWhenTheLastUseEnds() throws Exception {
    Fd fd = fd();
    Fd.Use one = fd.use();
    Fd.Use two = fd.use();
    fd.close();
    assertEquals(NUMBER, two.number());
    one.close();
    fd.close();
    assertTrue(done.isEmpty());
    two.close();
    assertEquals(List.of("close " + NUMBER), done);
  }

  @Test
  void usesThatEndBeforeDoNotCloseIt() throws Exception {
    Fd fd = fd();
    fd.use().close();
    fd.use().close();
    assertTrue(done.isEmpty());
    fd.close();
    assertFalse(done.isEmpty());
  }

  @Test
  void afterTheCloseNoUseBegins() throws Exception {
    Fd fd = fd();
    assertEquals(NUMBER, fd.lend());
    Fd.Use last = fd.use();
    fd.close();
    HeapException refusal = assertThrows(HeapException.class, fd::use);
    assertEquals("a file is closed", refusal.getMessage());
    assertThrows(IllegalStateException.class, fd::lend);
    last.close();
    assertThrows(HeapException.class, fd::use);
    assertEquals(1, done.size());
  }

  @Test
  void theOwnersLastActsAreDoneAroundTheClose() throws Exception {
    Fd fd = fd();
    Fd.Use use = fd.use();
    fd.close(
        new Fd.End() {
          @Override
          public void before(int number) {
            done.add("before " + number);
          }

          @Override
          public void after() {
            done.add("after");
          }
        });
    assertTrue(done.isEmpty());
    use.close();
    assertEquals(List.of("before " + NUMBER, "close " + NUMBER, "after"), done);
  }

  @Test
  void itIsClosedWhateverIsThrownBefore() {
    Fd.End failing =
        new Fd.End() {
          @Override
          public void before(int number) {
            throw new OutOfMemoryError("a test");
          }
        };
    assertThrows(OutOfMemoryError.class, () -> fd().close(failing));
    assertEquals(List.of("close " + NUMBER), done);
  }

  @Test
  void aNumberBelowZeroIsNoDescriptor() {
    assertThrows(IllegalArgumentException.class, () -> new Fd(-1, "none"));
  }
}
