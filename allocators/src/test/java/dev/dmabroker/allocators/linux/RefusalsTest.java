package dev.dmabroker.allocators.linux;

import static java.util.regex.Pattern.MULTILINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.spi.HeapException.Kind;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.HeapProvider.Closed;
import dev.dmabroker.spi.HeapProvider.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is missing or forbidden is said, with what would help, and never thrown. */
class RefusalsTest {

  private static Closed only(HeapProvider provider) {
    List<Finding> findings = provider.discover();
    assertEquals(1, findings.size(), findings.toString());
    return (Closed) findings.get(0);
  }

  private static void contains(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "'" + text + "' lacks '" + part + "'");
    }
  }

  @Test
  void withoutTheFolderTheKernelsOptionsAreNamed(@TempDir Path folder) {
    Closed closed = only(new DmaHeapProvider(folder.resolve("dma_heap")));
    assertEquals("dma_heap", closed.heap());
    assertEquals(Closed.Kind.MISSING, closed.kind());
    contains(closed.reason(), "there is no");
    contains(closed.remedy(), "CONFIG_DMABUF_HEAPS_SYSTEM", "CONFIG_DMABUF_HEAPS_CMA", "cma=");
    contains(only(new DmaHeapProvider(folder)).reason(), "empty");
  }

  @Test
  void whatIsNoHeapIsClosed(@TempDir Path folder) throws Exception {
    Files.createFile(folder.resolve("system"));
    int before = folder.toFile().list().length;
    Closed closed = only(new DmaHeapProvider(folder));
    assertEquals("system", closed.heap());
    assertEquals(Closed.Kind.FAILED, closed.kind());
    contains(closed.reason(), "ENOTTY", "DMA_HEAP_IOCTL_ALLOC");
    assertEquals(before, 1);
    Closed udmabuf = only(new UdmabufProvider(folder.resolve("system"), KernelVersion.current()));
    contains(udmabuf.reason(), "ENOTTY", "UDMABUF_CREATE");
  }

  @Test
  void withoutACardTheKernelsOptionsAreNamed(@TempDir Path folder) {
    Closed closed = only(new DumbProvider(folder.resolve("dri")));
    contains(closed.reason(), "there is no");
    contains(closed.remedy(), "CONFIG_DRM_VKMS");
    contains(only(new DumbProvider(folder)).reason(), "no card");
  }

  @Test
  void whatIsNoCardIsClosed(@TempDir Path folder) throws Exception {
    Files.createFile(folder.resolve("card7"));
    Closed closed = only(new DumbProvider(folder));
    assertEquals("drm-card7", closed.heap());
    contains(closed.reason(), "no dumb buffers", "DRM_CAP_DUMB_BUFFER");
  }

  @Test
  void withoutAVideoNodeTheKernelsOptionIsNamed(@TempDir Path folder) {
    Closed closed = only(new V4l2Provider(folder));
    contains(closed.reason(), "there is no");
    contains(closed.remedy(), "CONFIG_VIDEO_VIVID");
  }

  @Test
  void whatIsNoVideoNodeIsClosed(@TempDir Path folder) throws Exception {
    Files.createFile(folder.resolve("video3"));
    Closed closed = only(new V4l2Provider(folder));
    assertEquals("video3-capture", closed.heap());
    contains(closed.reason(), "VIDIOC_QUERYCAP", "ENOTTY");
  }

  @Test
  void aMachineWithOneNodeHasNoHeapsByNode() {
    contains(only(new NumaProvider(new int[] {0})).reason(), "one NUMA node");
    contains(only(new NumaProvider(new int[0])).reason(), "one NUMA node");
  }

  @Test
  void withoutUdmabufTheKernelsOptionIsNamed(@TempDir Path folder) {
    Closed closed = only(new UdmabufProvider(folder.resolve("udmabuf"), KernelVersion.current()));
    assertEquals("udmabuf", closed.heap());
    assertEquals(Closed.Kind.MISSING, closed.kind());
    contains(closed.remedy(), "CONFIG_UDMABUF");
  }

  @Test
  void aForbiddenNodeNamesItsGroupAndAUdevRule(@TempDir Path folder) throws Exception {
    Path node = Files.createFile(folder.resolve("system"));
    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rw-rw----"));
    String group = Files.readAttributes(node, PosixFileAttributes.class).group().getName();
    DeviceNode device = new DeviceNode(node, "system", "KERNEL==\"system\"", "none");
    Closed joinable = device.closed(Errno.EACCES);
    assertEquals(Closed.Kind.NO_PERMISSION, joinable.kind());
    contains(joinable.reason(), "EACCES", node.toString());
    contains(joinable.remedy(), "add the user to the group " + group, "KERNEL==\"system\", GROUP=");

    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rw-------"));
    contains(
        device.closed(Errno.EPERM).remedy(), "group " + group + ", which may not", "rw-------");
    contains(device.closed(Errno.EMFILE).remedy(), "ulimit");
    contains(device.closed(Errno.ENODEV).remedy(), "dmesg");
    Files.delete(node);
    contains(device.closed(Errno.EACCES).remedy(), "udev");
  }

  @Test
  void aProcessWithoutTheRightIsToldSo(@TempDir Path folder) throws Exception {
    Path setpriv = Path.of("/usr/bin/setpriv");
    Assumptions.assumeTrue(Files.isExecutable(setpriv), "needs setpriv");
    Path node = Files.createFile(folder.resolve("system"));
    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("---------"));
    // Even root is refused without these; the tests may run as root.
    List<String> prefix =
        "root".equals(System.getProperty("user.name"))
            ? List.of(setpriv.toString(), "--bounding-set=-dac_override,-dac_read_search")
            : List.of();
    ChildJvm.Result result = ChildJvm.run(prefix, List.of(), Children.Discover.class, folder + "");
    assertEquals(0, result.status(), result.output());
    contains(result.output(), "Closed[heap=system, kind=NO_PERMISSION", "EACCES", "udev");
  }

  @Test
  void withoutJnasLibraryAllIsClosed() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            List.of(),
            List.of("-Djna.nosys=true", "-Djna.noclasspath=true", "-Djna.nounpack=true"),
            Children.Discover.class);
    assertEquals(0, result.status(), result.output());
    for (String heap : List.of("dma_heap", "udmabuf", "memfd", "memfd-huge", "modelled-system")) {
      contains(result.output(), "Closed[heap=" + heap + ",");
    }
    contains(result.output(), "jna.tmpdir", "modelled: FAILED");
  }

  @Test
  void onAnArchitectureWithOtherNumbersAllIsClosed() throws Exception {
    String foreign = "-Dos.arch=ppc64le";
    ChildJvm.Result found = ChildJvm.run(List.of(), List.of(foreign), Children.Discover.class);
    assertEquals(0, found.status(), found.output());
    for (String heap : List.of("dma_heap", "udmabuf", "memfd", "memfd-huge", "modelled-system")) {
      contains(found.output(), "Closed[heap=" + heap + ",");
    }
    contains(found.output(), "made for ppc64le", "known only for amd64, aarch64, riscv64");
    ChildJvm.Result asked =
        ChildJvm.run(List.of(), List.of(foreign), Children.WithoutNativeAccess.class);
    assertEquals(0, asked.status(), asked.output());
    for (String what : List.of("memfd", "modelled", "imported", "fence")) {
      Pattern line = Pattern.compile("^" + what + ": .*made for ppc64le", MULTILINE);
      assertTrue(line.matcher(asked.output()).find(), () -> what + " in " + asked.output());
    }
  }

  /** What JDK 25 throws where native access is denied, first and from then on. */
  static List<Throwable> denials() {
    String text = "Illegal native access from module com.sun.jna";
    Throwable first = new ExceptionInInitializerError(new IllegalCallerException(text));
    Throwable later = new NoClassDefFoundError("Could not initialize class com.sun.jna.Native");
    later.initCause(
        new ExceptionInInitializerError(
            "Exception java.lang.IllegalCallerException: " + text + " [in thread \"main\"]"));
    return List.of(first, later);
  }

  @ParameterizedTest
  @MethodSource("denials")
  void deniedNativeAccessIsNamedWithTheFlag(Throwable denial) {
    NativeAccess.Problem problem =
        NativeAccess.problem(denial, getClass().getClassLoader().getUnnamedModule());
    contains(problem.reason(), "denies native access to JNA");
    contains(problem.remedy(), "--enable-native-access=ALL-UNNAMED");
    contains(
        NativeAccess.problem(denial, Object.class.getModule()).remedy(),
        "--enable-native-access=java.base");
  }

  @Test
  void whatStopsJnaFromLoadingIsNotAnInitializerAlone() {
    Throwable failure = new ExceptionInInitializerError(new IllegalStateException("why"));
    String reason = NativeAccess.problem(failure, Object.class.getModule()).reason();
    contains(reason, "IllegalStateException: why");
  }

  @Test
  @EnabledForJreRange(minVersion = 24)
  void whereTheJvmDeniesNativeAccessTheFlagIsNamed() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            List.of(), List.of("--illegal-native-access=deny"), Children.WithoutNativeAccess.class);
    assertEquals(0, result.status(), result.output());
    for (String what : List.of("memfd", "modelled", "imported", "fence")) {
      Pattern line =
          Pattern.compile("^" + what + ": .*--enable-native-access=ALL-UNNAMED", MULTILINE);
      assertTrue(line.matcher(result.output()).find(), () -> what + " in " + result.output());
    }
  }

  @Test
  void onAnotherSystemAllIsClosed() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(List.of(), List.of("-Dos.name=Plan 9"), Children.Discover.class);
    assertEquals(0, result.status(), result.output());
    contains(result.output(), "this is Plan 9", "modelled: FAILED");
  }

  @Test
  void errorsAreOfTheirKind() {
    assertEquals(Kind.FULL, Errno.ENOMEM.kind());
    assertEquals(Kind.FULL, Errno.ENOSPC.kind());
    assertEquals(Kind.NO_DESCRIPTORS, Errno.EMFILE.kind());
    assertEquals(Kind.NO_DESCRIPTORS, Errno.ENFILE.kind());
    assertEquals(Kind.NO_PERMISSION, Errno.EACCES.kind());
    assertEquals(Kind.NO_PERMISSION, Errno.EPERM.kind());
    assertEquals(Kind.TOO_LARGE, Errno.EFBIG.kind());
    assertEquals(Kind.FAILED, Errno.EINVAL.kind());
    assertEquals("errno 9999", new Errno(9999).toString());
    contains(Errno.EMFILE.failure("dup").toString(), "dup failed: EMFILE", "ulimit -n");
  }
}
