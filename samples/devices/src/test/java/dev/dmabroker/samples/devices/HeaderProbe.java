package dev.dmabroker.samples.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Asks the C compiler what the system's headers say. */
final class HeaderProbe {
  private HeaderProbe() {}

  /** Compares C integer expressions with what this package takes their values for. */
  static void assertHeadersSay(Path folder, Map<String, Long> expected) throws Exception {
    assertHeadersSay(folder, "linux/videodev2.h", "linux-libc-dev", expected);
  }

  /** The same for the expressions of a header of a package. */
  static void assertHeadersSay(
      Path folder, String header, String packageName, Map<String, Long> expected) throws Exception {
    assumeTrue(
        compiles(folder, "#include <" + header + ">\nint main(void) { return 0; }"),
        "needs gcc and " + packageName);
    StringBuilder program = new StringBuilder();
    program.append("#include <errno.h>\n#include <fcntl.h>\n#include <poll.h>\n");
    program.append(
        "#include <stddef.h>\n#include <stdio.h>\n#include <sys/mman.h>\n#include <"
            + header
            + ">\n");
    program.append("int main(void) {\n");
    expected
        .keySet()
        .forEach(each -> program.append("  printf(\"%lu\\n\", (unsigned long) (" + each + "));\n"));
    program.append("  return 0;\n}\n");
    assertTrue(compiles(folder, program.toString()), () -> "does not compile:\n" + program);

    Process run = new ProcessBuilder(folder.resolve("probe").toString()).start();
    Map<String, Long> actual = new LinkedHashMap<>();
    try (var lines = run.inputReader()) {
      for (String expression : expected.keySet()) {
        actual.put(expression, Long.parseLong(lines.readLine()));
      }
    }
    assertEquals(expected, actual);
  }

  private static boolean compiles(Path folder, String program)
      throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("probe.c"), program);
    try {
      Process gcc =
          new ProcessBuilder(
                  "gcc",
                  "-D_GNU_SOURCE",
                  "-I/usr/include/libdrm",
                  "-o",
                  folder + "/probe",
                  source.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("gcc.log").toFile())
              .start();
      return gcc.waitFor(60, TimeUnit.SECONDS) && gcc.exitValue() == 0;
    } catch (IOException e) {
      return false; // There is no gcc.
    }
  }
}
