package dev.dmabroker.scenario;

import static dev.dmabroker.testing.Events.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.Attachment;
import dev.dmabroker.ClosedException;
import dev.dmabroker.CpuView;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.FenceException;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedPoller;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A broker that checks access names what breaks its rules, with both lines of code. */
class AccessCheckTest extends Fixture {
  private final BlockingQueue<AccessViolation> found = new LinkedBlockingQueue<>();
  private final ScriptedPoller poller = new ScriptedPoller();
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
            .fencePoller(poller)
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
  void aMappingThatGetsNoFenceThoughItsDeviceUsesThemIsFound() throws InterruptedException {
    Attachment gpu =
        buffer.attach(broker.register(DeviceSpec.builder("gpu").explicitSync().build()));
    poller.signalsAtOnce = true;
    gpu.map(Access.WRITE).closeAfter(new SyncFile(7));
    nothingElse();

    forgetTheFence(gpu);
    AccessViolation violation = next(found);
    assertEquals(AccessViolation.Kind.FENCE_MISSING, violation.kind());
    assertEquals("gpu", violation.device());
    assertSite(violation.first().orElseThrow(), "forgetTheFence");
    assertSite(violation.second().orElseThrow(), "forgetTheFence");
    nothingElse();
  }

  private static void forgetTheFence(Attachment gpu) {
    gpu.map(Access.WRITE).close();
  }

  @Test
  void aMappingThatStaysOpenAsItsFenceIsRefusedCanBeEndedWithAnother() throws Exception {
    Attachment gpu =
        buffer.attach(broker.register(DeviceSpec.builder("gpu").explicitSync().build()));
    Mapping mapping = gpu.map(Access.WRITE);
    poller.refuse();
    assertThrows(FenceException.class, () -> mapping.closeAfter(new SyncFile(7)));
    nothingElse();
    poller.onWatch = () -> {};
    mapping.closeAfter(new SyncFile(8));
    assertThrows(ClosedException.class, () -> mapping.closeAfter(new SyncFile(9)));
    mapping.close();
    poller.signal(new SyncFile(8));
    nothingElse();
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
