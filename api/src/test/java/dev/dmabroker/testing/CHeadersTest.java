package dev.dmabroker.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

class CHeadersTest {

  /** These differ: what is right on x86-64 is wrong on arm64. */
  @Test
  void aNumberOfAnotherArchitectureIsFound(@TempDir Path folder) throws Exception {
    Map<String, Long> x86 =
        Map.of(
            "O_DIRECTORY", 0x10000L,
            "O_DIRECT", 0x4000L,
            "O_NOFOLLOW", 0x20000L,
            "__NR_mbind", 237L);
    Map<String, Long> arm64 =
        Map.of(
            "O_DIRECTORY", 0x4000L,
            "O_DIRECT", 0x10000L,
            "O_NOFOLLOW", 0x8000L,
            "__NR_mbind", 235L);
    say(CHeaders.X86_64, folder, x86);
    say(CHeaders.AARCH64, folder, arm64);
    for (Map.Entry<String, Long> each : x86.entrySet()) {
      Map<String, Long> wrong = Map.of(each.getKey(), each.getValue());
      AssertionFailedError found =
          assertThrows(AssertionFailedError.class, () -> say(CHeaders.AARCH64, folder, wrong));
      assertTrue(String.valueOf(found.getMessage()).contains(each.getKey()), found::getMessage);
    }
  }

  @Test
  void aMacroThatTheHeadersLackIsNotCompared(@TempDir Path folder) throws Exception {
    Set<String> optional = Set.of("NO_MACRO_OF_ANY_HEADER", "O_CLOEXEC");
    CHeaders.X86_64.assertSay(
        folder,
        List.of("fcntl.h"),
        optional,
        Map.of("NO_MACRO_OF_ANY_HEADER", 1L, "O_CLOEXEC", 0x80000L));
    assertThrows(
        AssertionFailedError.class,
        () ->
            CHeaders.X86_64.assertSay(
                folder, List.of("fcntl.h"), optional, Map.of("O_CLOEXEC", 1L)));
  }

  private static void say(CHeaders headers, Path folder, Map<String, Long> expected)
      throws Exception {
    headers.assertSay(folder, List.of("fcntl.h", "sys/syscall.h"), Set.of(), expected);
  }
}
