package dev.dmabroker.allocators.linux;

import com.sun.jna.Native;
import dev.dmabroker.spi.HeapException;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.spi.HeapProvider.Finding;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds out whether this JVM can make the system calls that the heaps need. Thread-safe. */
public final class NativeAccess {

  /**
   * The reason why it cannot.
   *
   * @param reason what is wrong
   * @param remedy what would help
   */
  public record Problem(String reason, String remedy) {}

  private NativeAccess() {}

  /**
   * Holds the answer, which is found once; loading a native library again would fail in a more
   * puzzling way.
   */
  private static final class Holder {
    static final @Nullable Problem PROBLEM = look();
  }

  /** The problem that stands in the way, if there is one. */
  public static Optional<Problem> problem() {
    return Optional.ofNullable(Holder.PROBLEM);
  }

  /** One closed finding for each of the heaps, if a problem stands in the way. */
  public static Optional<List<Finding>> closed(String... heaps) {
    return problem()
        .map(
            problem ->
                Arrays.stream(heaps)
                    .map(
                        heap ->
                            new Closed(
                                heap, Closed.Kind.FAILED, problem.reason(), problem.remedy()))
                    .collect(Collectors.<Finding>toUnmodifiableList()));
  }

  /**
   * Returns if system calls can be made.
   *
   * @throws HeapException if not
   */
  static void require() throws HeapException {
    Problem problem = Holder.PROBLEM;
    if (problem != null) {
      throw new HeapException(
          HeapException.Kind.FAILED, problem.reason() + "; " + problem.remedy());
    }
  }

  private static @Nullable Problem look() {
    String os = System.getProperty("os.name", "an unknown system");
    if (!os.equals("Linux")) {
      return new Problem("dma-bufs and memfds are Linux's, and this is " + os, "run on Linux");
    }
    Optional<Problem> unknown = unknownArchitecture(System.getProperty("os.arch", "?"));
    if (unknown.isPresent()) {
      return unknown.get();
    }
    try {
      if (Native.POINTER_SIZE != 8) {
        return new Problem(
            "this JVM has " + 8 * Native.POINTER_SIZE + "-bit pointers", "use a 64-bit JVM");
      }
      // The class is loaded now, because a class file cannot be opened either when no descriptor is
      // left.
      HeapException unused = Errno.EMFILE.failure("");
      Optional<FileId> unusedToo = FileId.of(0);
      long pageSize = LibC.calls().sysconf(LibC.SC_PAGESIZE);
      return pageSize > 0 && Long.bitCount(pageSize) == 1
          ? null
          : new Problem("the system tells no page size, but " + pageSize, "report this");
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Error e) {
      // It is an UnsatisfiedLinkError, NoClassDefFoundError, JNA's plain Error for a version
      // mismatch, or ExceptionInInitializerError if the JVM denies native access.
      return problem(e, Native.class.getModule());
    }
  }

  /**
   * The problem with an architecture on which the system calls' numbers and layouts may be others.
   */
  static Optional<Problem> unknownArchitecture(String osArch) {
    return Architecture.find(osArch).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "this JVM is made for "
                    + osArch
                    + ", and the numbers and layouts of system calls are known only for "
                    + Architecture.names(),
                "use a 64-bit JVM of one of these; what needs no system calls works here, such as"
                    + " heaps of the application's own"));
  }

  /**
   * Tells why JNA cannot be used.
   *
   * @param failure what its first use threw
   * @param jna the module that JNA is in
   */
  static Problem problem(Throwable failure, Module jna) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    // If JNA's first use was elsewhere, only the name is left of what was thrown there.
    if (root.toString().contains(IllegalCallerException.class.getName())) {
      return new Problem(
          "the JVM denies native access to JNA, which makes the system calls",
          "start it with --enable-native-access="
              + (jna.isNamed() ? jna.getName() : "ALL-UNNAMED"));
    }
    return new Problem(
        "JNA cannot load its native library: " + firstLine(root),
        "if the temporary folder does not allow execution, name another one by"
            + " -Djna.tmpdir=FOLDER, or a folder with an installed libjnidispatch.so by"
            + " -Djna.boot.library.path=FOLDER; an older JNA installed system-wide is passed"
            + " over with -Djna.nosys=true; glibc has to be 2.27 or newer");
  }

  private static String firstLine(Throwable e) {
    return e.toString().lines().findFirst().orElse("");
  }
}
