package dev.dmabroker.scenario;

import static dev.dmabroker.testing.Events.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A broker that checks access names what breaks its rules, with both lines of code. */
class AccessCheckTest extends Fixture {
  private final BlockingQueue<AccessViolation> found = new LinkedBlockingQueue<>();
  private SharedBuffer buffer;
  private Attachment camera;

  @BeforeEach
  void check() {
    reopen(1);
  }

  private void reopen(int oneIn) {
    broker.close();
    broker =
        builder()
            .checkAccess(oneIn)
            .listener(
                new BrokerListener() {
                  @Override
                  public void accessViolated(AccessViolation event) {
                    found.add(event);
                  }
                },
                Delivery.IN_PLACE)
            .build();
    buffer = broker.export("frame", BlobSpec.of(SIZE));
    Device device = broker.register("camera", Constraints.builder().cpuReach().build());
    camera = buffer.attach(device);
  }

  @Test
  void aViewThatOutlastsItsMappingIsFound() throws InterruptedException {
    CpuView forgotten = leaveAViewOpen();
    AccessViolation violation = next(found);
    forgotten.close();
    assertEquals(AccessViolation.Kind.VIEW_LEFT_OPEN, violation.kind());
    assertEquals("frame", violation.buffer());
    assertEquals("camera", violation.device());
    assertEquals(Access.WRITE, violation.declared());
    assertEquals(1, violation.generation());
    assertSite(violation.first().orElseThrow(), "leaveAViewOpen");
    assertSite(violation.second().orElseThrow(), "leaveAViewOpen");
    nothingElse();
  }

  private CpuView leaveAViewOpen() {
    Mapping mapping = camera.map(Access.WRITE);
    CpuView view = mapping.cpuView();
    mapping.close();
    return view;
  }

  @Test
  void whatKeepsTheRulesIsNotFound() {
    write(camera, 1);
    assertEquals(1, read(camera));
    Mapping mapping = camera.map(Access.READ);
    CpuView view = mapping.cpuView();
    view.close();
    view.close();
    mapping.close();
    mapping.close();
    nothingElse();
  }

  @Test
  void oneInSoManyMappingsIsChecked() {
    reopen(3);
    for (int i = 0; i < 9; i++) {
      leaveAViewOpen().close();
    }
    assertEquals(3, found.size());
  }

  private void nothingElse() {
    assertTrue(found.isEmpty(), () -> "found " + found);
  }

  private static void assertSite(Throwable site, String method) {
    assertNotNull(site);
    assertTrue(
        Arrays.stream(site.getStackTrace()).anyMatch(at -> at.getMethodName().equals(method)),
        () -> "not in " + method + ": " + Arrays.toString(site.getStackTrace()));
  }
}
