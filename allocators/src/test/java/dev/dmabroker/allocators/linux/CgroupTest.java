package dev.dmabroker.allocators.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cgroup of this process and its limits, by files like the kernel's. */
class CgroupTest {
  private final Machine machine;

  CgroupTest(@TempDir Path root) {
    machine = new Machine(root);
  }

  private Cgroup own() {
    return Cgroup.ofThisProcess(machine.root());
  }

  private void assertNothingIsKnown() {
    assertEquals(OptionalLong.empty(), own().limitBytes());
    assertEquals(OptionalLong.empty(), own().leftBytes());
    assertEquals(Optional.empty(), own().read("memory.pressure"));
  }

  private void assertLimit(long limit, long left) {
    assertEquals(OptionalLong.of(limit), own().limitBytes());
    assertEquals(OptionalLong.of(left), own().leftBytes());
  }

  @Test
  void withoutFilesNothingIsKnown() {
    assertNothingIsKnown();
    machine.file("proc/self/cgroup", "4:memory:/old");
    assertNothingIsKnown();
    machine.inCgroup("/service");
    assertNothingIsKnown();
    machine.file("proc/self/mountinfo", "1 2 3");
    assertNothingIsKnown();
  }

  @Test
  void theLowestOfItsOwnAndTheLimitsAroundItCounts() {
    machine.inCgroup("/a.slice/b.service").cgroup("/a.slice", "max", 500);
    machine.cgroup("/a.slice/b.service", "max", 100);
    assertEquals(OptionalLong.empty(), own().leftBytes());
    machine.cgroup("/a.slice/b.service", "1000", 100);
    assertLimit(1000, 900);
    machine.cgroup("/a.slice", "2000", 1800);
    assertLimit(1000, 200);
    machine.cgroup("/a.slice", "600", 700);
    assertLimit(600, 0);
  }

  @Test
  void thePageCacheThatTheKernelWouldDropIsLeft() {
    machine.inCgroup("/b").cgroup("/b", "1000", 900);
    machine.file("sys/fs/cgroup/b/memory.stat", "anon 5\ninactive_file 50\nactive_file 7");
    assertLimit(1000, 150);
    machine.file("sys/fs/cgroup/b/memory.stat", "inactive_file 5000");
    assertLimit(1000, 1000);
    machine.file("sys/fs/cgroup/b/memory.stat", "inactive_file 99999999999999999999");
    assertLimit(1000, 100);
  }

  @Test
  void theRootOfTheHierarchyIsNoCgroupOfAProcess() {
    machine.inCgroup("/");
    machine.file("sys/fs/cgroup/memory.pressure", "some");
    machine.file("sys/fs/cgroup/memory.max", "1000");
    assertNothingIsKnown();
  }

  @Test
  void aContainerSeesItsPartOfTheHierarchy() {
    machine.cgroup("", "1000", 100).inCgroup("/");
    assertLimit(1000, 900);
    machine.inCgroup("/pod/c1", "/pod/c1");
    assertLimit(1000, 900);
    machine.cgroup("/inner", "500", 100).inCgroup("/pod/c1/inner", "/pod/c1");
    assertLimit(500, 400);
    machine.inCgroup("/../c2");
    assertLimit(1000, 900);
    machine.inCgroup("/elsewhere", "/pod/c1");
    assertLimit(1000, 900);
  }

  @Test
  void filesOfItsOwnCgroupAreRead() {
    machine.inCgroup("/a/b").cgroup("/a", "max", 0).cgroup("/a/b", "max", 0);
    machine.file("sys/fs/cgroup/a/memory.pressure", "around");
    assertEquals(Optional.empty(), own().read("memory.pressure"));
    machine.file("sys/fs/cgroup/a/b/memory.pressure", "own");
    assertEquals(Optional.of("own\n"), own().read("memory.pressure"));
  }

  @Test
  void whatIsNoNumberIsNotKnown() {
    machine.inCgroup("/b").cgroup("/b", "much", 1);
    assertNothingIsKnown();
    machine.cgroup("/b", "1000", 1).file("sys/fs/cgroup/b/memory.current", "much");
    assertLimit(1000, 1000);
  }
}
