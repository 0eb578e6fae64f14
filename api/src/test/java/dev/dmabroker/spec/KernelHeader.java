package dev.dmabroker.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What the kernel's headers on this machine say, by way of gcc. */
enum KernelHeader {
  VIDEO("#include <linux/videodev2.h>\n", "linux/videodev2.h"),
  /** The kernel installs it as drm/drm_fourcc.h, libdrm as libdrm/drm_fourcc.h. */
  DISPLAY(
      """
      #if __has_include(<drm/drm_fourcc.h>)
      #include <drm/drm_fourcc.h>
      #else
      #include <libdrm/drm_fourcc.h>
      #endif
      """,
      "drm_fourcc.h, say from libdrm-dev");

  private final String include;
  private final String title;

  KernelHeader(String include, String title) {
    this.include = include;
    this.title = title;
  }

  /** The values of those macros that the header has; skips the test where there is no header. */
  Map<String, Long> macros(Path folder, Collection<String> names) throws Exception {
    return values(
        folder,
        names.stream()
            .map(name -> "#ifdef " + name + "\n" + print(name) + "#endif\n")
            .collect(Collectors.joining()));
  }

  /** The values of enumerators, all of which the header has to have. */
  Map<String, Long> enumerators(Path folder, Collection<String> names) throws Exception {
    return values(folder, names.stream().map(KernelHeader::print).collect(Collectors.joining()));
  }

  private static String print(String name) {
    return "  printf(\"%s %llx\\n\", \"" + name + "\", (unsigned long long) " + name + ");\n";
  }

  private Map<String, Long> values(Path folder, String statements) throws Exception {
    String preamble = "#include <stdio.h>\n" + include + "int main(void) {\n";
    String end = "  return 0;\n}\n";
    assumeTrue(gcc(folder, preamble + end), "needs gcc and " + title);
    String program = preamble + statements + end;
    assertTrue(gcc(folder, program), () -> "does not compile:\n" + program);
    Process probe = new ProcessBuilder(folder.resolve("probe").toString()).start();
    Map<String, Long> values = new LinkedHashMap<>();
    try (var lines = probe.inputReader()) {
      lines
          .lines()
          .map(line -> line.split(" ", 2))
          .forEach(each -> values.put(each[0], Long.parseUnsignedLong(each[1], 16)));
    }
    assertEquals(0, probe.waitFor());
    return values;
  }

  private static boolean gcc(Path folder, String program) throws Exception {
    Path source = Files.writeString(folder.resolve("probe.c"), program);
    try {
      Process gcc =
          new ProcessBuilder("gcc", "-o", folder + "/probe", source.toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("gcc.log").toFile())
              .start();
      return gcc.waitFor(60, TimeUnit.SECONDS) && gcc.exitValue() == 0;
    } catch (IOException e) {
      return false; // There is no gcc.
    }
  }
}
