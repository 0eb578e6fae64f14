package dev.dmabroker.allocators.linux;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The architectures on which this package calls the kernel. The numbers and layouts in {@link
 * LibC}, {@link Ioctl}, {@link VideoDev2}, {@link DrmMode} and {@link Errno} are equal on all of
 * them, which a test compares with the headers of each; what differs is here. Elsewhere other
 * numbers would go to the kernel (PowerPC, MIPS and SPARC compose those of requests differently),
 * so {@link NativeAccess} refuses.
 */
enum Architecture {
  X86_64("amd64", 237),
  AARCH64("aarch64", 235),
  RISCV64("riscv64", 235);

  private final String osArch;
  private final long mbind;

  Architecture(String osArch, long mbind) {
    this.osArch = osArch;
    this.mbind = mbind;
  }

  /** The one that this JVM is made for, if it is known here. */
  static Optional<Architecture> current() {
    return find(System.getProperty("os.arch", ""));
  }

  /** The one that a JVM names so in the property os.arch. */
  static Optional<Architecture> find(String osArch) {
    return Arrays.stream(values()).filter(each -> each.osArch.equals(osArch)).findFirst();
  }

  /** The names of all, for errors. */
  static String names() {
    return Arrays.stream(values()).map(Architecture::osArch).collect(Collectors.joining(", "));
  }

  String osArch() {
    return osArch;
  }

  /** The number of the system call mbind, __NR_mbind in asm/unistd.h. */
  long mbind() {
    return mbind;
  }
}
