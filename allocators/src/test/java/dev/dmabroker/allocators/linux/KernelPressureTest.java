package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.MemoryPressure.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pressure stall information, by files like the kernel's. */
class KernelPressureTest {
  private static final String MACHINE = "proc/pressure/memory";

  private final Machine machine;
  private final KernelPressure gauge;

  KernelPressureTest(@TempDir Path root) {
    machine = new Machine(root);
    gauge = new KernelPressure(root);
  }

  private static String text(String some, String full) {
    return "some avg10=%s avg60=3.00 avg300=4.00 total=5\nfull avg10=%s avg60=0.00 avg300=0.00 total=6"
        .formatted(some, full);
  }

  @Test
  void aKernelWithoutFilesTellsNothing() {
    assertEquals(List.of(), gauge.look());
    machine.inCgroup("/service").cgroup("/service", "max", 0);
    assertEquals(List.of(), gauge.look());
  }

  @Test
  void theMachineAndTheCgroupAreRead() {
    machine.file(MACHINE, text("12.50", "6.25")).inCgroup("/a/b").cgroup("/a/b", "max", 0);
    MemoryPressure its = new MemoryPressure(Scope.MACHINE, 0.125, 0.0625);
    assertEquals(List.of(its), gauge.look());
    machine.file("sys/fs/cgroup/a/b/memory.pressure", text("100.00", "0.00"));
    assertEquals(List.of(its, new MemoryPressure(Scope.CGROUP, 1, 0)), gauge.look());
  }

  /** A kernel with {@code psi=0} may have the file and refuse to read it, as a folder does. */
  @Test
  void aFileThatCannotBeReadIsNoError() throws Exception {
    Files.createDirectories(machine.root().resolve(MACHINE));
    machine.inCgroup("/b").cgroup("/b", "max", 0);
    machine.file("sys/fs/cgroup/b/memory.pressure", text("50.00", "25.00"));
    assertEquals(List.of(new MemoryPressure(Scope.CGROUP, 0.5, 0.25)), gauge.look());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "some",
        "some avg10=1.00 avg60=0.00 avg300=0.00 total=0",
        "full avg10=1.00 avg60=0.00 avg300=0.00 total=0",
        "some avg10=-1.00 avg60=0.00\nfull avg10=0.00 avg60=0.00",
        "some avg10=NaN avg60=0.00\nfull avg10=0.00 avg60=0.00",
        "some avg10=99999999999 avg60=0.00\nfull avg10=0.00 avg60=0.00",
        "some avg60=1.00 avg10=1.00\nfull avg60=1.00 avg10=1.00"
      })
  void whatIsWrittenInAnotherWayIsNotKnown(String text) {
    machine.file(MACHINE, text);
    assertEquals(List.of(), gauge.look());
  }

  @Test
  void aShareIsNeverMoreThanAll() {
    machine.file(MACHINE, text("100.01", "120.00"));
    assertEquals(List.of(new MemoryPressure(Scope.MACHINE, 1, 1)), gauge.look());
  }

  @Test
  void thisMachineIsLookedAtWithoutAnError() {
    new KernelPressure().look().forEach(System.out::println);
  }
}
