package dev.dmabroker.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The C headers of one architecture, as its compiler reads them. The compiler puts the values into
 * an object file, from which they are read. No program is run, so the architecture need not be that
 * of this machine.
 */
public enum CHeaders {
  X86_64("amd64", "x86_64-linux-gnu-", "gcc libc6-dev"),
  AARCH64("aarch64", "aarch64-linux-gnu-", "gcc-aarch64-linux-gnu libc6-dev-arm64-cross"),
  RISCV64("riscv64", "riscv64-linux-gnu-", "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross");

  /** What stands for a name that the headers lack; no value is equal to it. */
  private static final long MISSING = 0x6d697373696e6721L;

  private final String osArch;
  private final String toolPrefix;
  private final String debianPackages;

  CHeaders(String osArch, String toolPrefix, String debianPackages) {
    this.osArch = osArch;
    this.toolPrefix = toolPrefix;
    this.debianPackages = debianPackages;
  }

  /** The architecture as a JVM names it in the property os.arch. */
  public String osArch() {
    return osArch;
  }

  /**
   * Compares C integer constants with what is expected of them; skips the test where this machine
   * has no compiler or no headers of the architecture.
   *
   * @param folder for the files that are made
   * @param headers what to include
   * @param optional macros that older headers lack, which are compared where they are there
   * @param expected the value of each expression
   */
  public void assertSay(
      Path folder, List<String> headers, Set<String> optional, Map<String, Long> expected)
      throws Exception {
    Map<String, Long> actual = values(folder, headers, optional, expected.keySet());
    Map<String, Long> comparable = new LinkedHashMap<>(expected);
    comparable.keySet().retainAll(actual.keySet());
    assertEquals(lines(comparable), lines(actual), this + " has other values");
  }

  private Map<String, Long> values(
      Path folder, List<String> headers, Set<String> optional, Collection<String> expressions)
      throws Exception {
    Path compiler = Programs.onPath(toolPrefix + "gcc", debianPackages);
    Path objcopy = Programs.onPath(toolPrefix + "objcopy", debianPackages);
    StringBuilder program = new StringBuilder("#define _GNU_SOURCE\n#include <stddef.h>\n");
    headers.forEach(header -> program.append("#include <").append(header).append(">\n"));
    Path source = folder.resolve(this + ".c");
    Path object = folder.resolve(this + ".o");
    Path answers = folder.resolve(this + ".bin");
    String[] compile = {"-idirafter", "/usr/include/libdrm", "-c", "-o", object + "", source + ""};
    Files.writeString(source, program);
    Optional<String> without = complaint(compiler, compile);
    assumeTrue(without.isEmpty(), () -> "needs libdrm-dev " + debianPackages + ": " + without);

    program.append("__attribute__((section(\".answers\")))\nconst long long answers[] = {\n");
    for (String each : expressions) {
      String value = "(long long)(" + each + "),\n";
      program.append(
          optional.contains(each)
              ? "#ifdef " + each + "\n" + value + "#else\n" + MISSING + "LL,\n#endif\n"
              : value);
    }
    Files.writeString(source, program.append("};\n"));
    assertEquals(Optional.empty(), complaint(compiler, compile));
    assertEquals(
        Optional.empty(),
        complaint(objcopy, "-O", "binary", "--only-section=.answers", object + "", answers + ""));
    // All of these architectures are little-endian.
    ByteBuffer values = ByteBuffer.wrap(Files.readAllBytes(answers)).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(expressions.size() * Long.BYTES, values.remaining(), "values in the object");
    Map<String, Long> result = new LinkedHashMap<>();
    for (String each : expressions) {
      long value = values.getLong();
      if (value != MISSING) {
        result.put(each, value);
      }
    }
    return result;
  }

  /** Runs a program; what it said if it failed. */
  private static Optional<String> complaint(Path program, String... arguments) throws Exception {
    ProcessBuilder command = new ProcessBuilder(program.toString()).redirectErrorStream(true);
    command.command().addAll(List.of(arguments));
    Process process = command.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? Optional.empty() : Optional.of(output);
  }

  private static String lines(Map<String, Long> values) {
    StringBuilder lines = new StringBuilder();
    values.forEach((name, value) -> lines.append("%s = 0x%x%n".formatted(name, value)));
    return lines.toString();
  }
}
