package dev.dmabroker.samples.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.samples.broker.Census.ClientRow;
import dev.dmabroker.samples.broker.Census.HeapRow;
import dev.dmabroker.samples.broker.Census.StreamRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private static Census census(long seconds, long maps, String client) {
    return new Census(
        "/run/dmabroker/dmabroker-0",
        812,
        Duration.ofSeconds(seconds),
        List.of(
            new HeapRow("system", 0, 0, 4096, false),
            new HeapRow("linux,cma", 4, 12_441_600, 0, true)),
        List.of(
            new ClientRow(
                client,
                901,
                1000,
                4,
                12_441_600,
                1L << 30,
                Map.of("linux,cma", 12_441_600L),
                1,
                maps)),
        List.of(new StreamRow("camera/video", "RUNNING", 600, 2, 4, 3, 2)),
        List.of("camera/video#2 (DRAINING): 1 wait; held by viewer/viewer, READ, for 12 ms"));
  }

  @Test
  void columnsAreAsWideAsWhatStandsInThem() {
    assertEquals(
        """
        dmabroker at /run/dmabroker/dmabroker-0 (process 812), up 1:01:01, clients: 1, in use: 11.9 MiB

        HEAP       BUFFERS      USED  LINGERING  MEMORY
        system           0       0 B      4 KiB  scattered
        linux,cma        4  11.9 MiB        0 B  contiguous

        CLIENT  PID   UID  BUFFERS    MEMORY  LIMIT  HOLDS  MAPS/S  WHERE
        camera  901  1000        4  11.9 MiB  1 GiB      1       -  linux,cma 11.9 MiB

        STREAM        STATE    FRAMES  IN FLIGHT  BUFFERS  DROPPED  CONSUMERS
        camera/video  running     600          2        4        3          2

        HELD UP
          camera/video#2 (DRAINING): 1 wait; held by viewer/viewer, READ, for 12 ms
        """,
        Screen.of(census(3661, 100, "camera"), null));
  }

  @Test
  void mapsAreCountedSinceTheCensusBefore() {
    String text = Screen.of(census(12, 340, "camera"), census(10, 100, "camera"));
    assertTrue(text.contains("    120  linux,cma"), text);
  }

  @Test
  void namesOfClientsDoNotSteerTheTerminal() {
    String text = Screen.of(census(1, 0, "\u001b[2Jevil\n"), null);
    assertTrue(text.contains("\n?[2Jevil?  901"), text);
  }

  @Test
  void whatIsNoStatusIsRefused() {
    for (String text : List.of("", "{}", "[]", "{\"format\":\"dmabroker-status\",\"version\":2}")) {
      assertThrows(IllegalArgumentException.class, () -> Census.of(text), text);
    }
  }

  @Test
  void amountsHaveAUnit() {
    assertEquals("0 B", Screen.bytes(0));
    assertEquals("1023 B", Screen.bytes(1023));
    assertEquals("1 KiB", Screen.bytes(1024));
    assertEquals("1.5 KiB", Screen.bytes(1536));
    assertEquals("256 MiB", Screen.bytes(256L << 20));
    assertEquals("2048 TiB", Screen.bytes(2L << 50));
  }
}
