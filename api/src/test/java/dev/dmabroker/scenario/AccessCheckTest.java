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
import dev.dmabroker.FixedView;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.event.AccessViolation;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.internal.device.RegisteredDevice;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.SyncFile;
import dev.dmabroker.testing.Fixture;
import dev.dmabroker.testing.ScriptedPoller;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;
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
    CpuView forgotten = leaveAViewOpen(camera);
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

  private static CpuView leaveAViewOpen(Attachment attachment) {
    Mapping mapping = attachment.map(Access.WRITE);
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
  void aByteBufferThatIsWrittenAfterTheEndOfItsViewIsFound() throws InterruptedException {
    ByteBuffer stale = writeAndKeep();
    scribble(stale);
    readAgain();
    AccessViolation violation = next(found);
    assertEquals(AccessViolation.Kind.WRITE_OUTSIDE, violation.kind());
    assertEquals("camera", violation.device());
    assertEquals(Access.WRITE, violation.declared());
    assertSite(violation.first().orElseThrow(), "writeAndKeep");
    assertSite(violation.second().orElseThrow(), "readAgain");
    readAgain();
    nothingElse(); // It is told once.
  }

  private ByteBuffer writeAndKeep() {
    try (Mapping mapping = camera.map(Access.WRITE);
        CpuView view = mapping.cpuView()) {
      return view.bytes();
    }
  }

  private void readAgain() {
    camera.map(Access.READ).close();
  }

  /** Changes each byte, so that any sample shows it. */
  private static void scribble(ByteBuffer bytes) {
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) (bytes.get(i) + 1));
    }
  }

  @Test
  void aDeviceThatWasToReadAndWritesIsFound() throws InterruptedException {
    ByteBuffer behind = writeAndKeep();
    readButWrite(behind);
    AccessViolation violation = next(found);
    assertEquals(AccessViolation.Kind.READER_WROTE, violation.kind());
    assertEquals(Access.READ, violation.declared());
    assertSite(violation.first().orElseThrow(), "readButWrite");
    assertSite(violation.second().orElseThrow(), "readButWrite");
    nothingElse();
  }

  private void readButWrite(ByteBuffer behind) {
    try (Mapping mapping = camera.map(Access.READ)) {
      assertTrue(mapping.isOpen());
      scribble(behind);
    }
  }

  @Test
  void nativeCodeThatWritesThroughAViewThatReadsIsFoundAtTheViewsEnd() throws Exception {
    ByteBuffer behind = writeAndKeep();
    try (Mapping mapping = camera.map(Access.READ)) {
      try (CpuView view = mapping.cpuView()) {
        assertTrue(view.bytes().isReadOnly());
        scribble(behind);
      }
      AccessViolation violation = next(found);
      assertEquals(AccessViolation.Kind.READER_WROTE, violation.kind());
      assertEquals("view begun here", violation.first().orElseThrow().getMessage());
      assertEquals("view closed here", violation.second().orElseThrow().getMessage());
    }
    nothingElse(); // The mapping's end does not tell it again.
  }

  @Test
  void whatChangesBesideSeveralReadersIsTheFaultOfOneThatReads() throws InterruptedException {
    ByteBuffer behind = writeAndKeep();
    try (Mapping reader = camera.map(Access.READ)) {
      scribble(behind);
      readAgain();
      assertEquals(AccessViolation.Kind.READER_WROTE, next(found).kind());
    }
    nothingElse();
  }

  @Test
  void whatChangesBesideAWriterIsNotFound() {
    ByteBuffer behind = writeAndKeep();
    try (Mapping reader = camera.map(Access.READ);
        Mapping writer = camera.map(Access.WRITE)) {
      scribble(behind);
    }
    readAgain();
    nothingElse();
  }

  @Test
  void aDeviceMayWriteUntilItsFenceSignals() throws InterruptedException {
    ByteBuffer behind = writeAndKeep();
    camera.map(Access.WRITE).closeAfter(new SyncFile(7));
    scribble(behind);
    readAgain();
    scribble(behind);
    poller.signal(new SyncFile(7));
    readAgain();
    nothingElse();
    scribble(behind);
    readAgain();
    assertEquals(AccessViolation.Kind.WRITE_OUTSIDE, next(found).kind());
  }

  @Test
  void aMoveChangesNoContents() throws InterruptedException {
    write(camera, 1);
    Attachment display = buffer.attach(broker.register("display", CONTIGUOUS));
    display.map(Access.READ).close();
    next(events.moved);
    assertEquals(1, read(camera));
    nothingElse();
  }

  @Test
  void whereMappingsAreNotCheckedNothingIsSaidOfContents() throws Exception {
    ByteBuffer behind = writeAndKeep();
    camera.mapAsync(Access.WRITE).get().close();
    scribble(behind);
    readAgain();
    nothingElse();
  }

  @Test
  void aLeaseThatWritesIsNotChecked() {
    ByteBuffer behind = writeAndKeep();
    Lease lease = camera.map(Access.WRITE).lease("recorder", recalled -> {});
    lease.endUse();
    readAgain();
    assertTrue(lease.tryUse());
    scribble(behind);
    lease.endUse();
    lease.close();
    readAgain();
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
  void oneInSoManyMappingsIsCheckedWhateverTheirOrderIs() {
    reopen(4);
    for (int i = 0; i < 100; i++) {
      leaveAViewOpen(camera).close();
      camera.map(Access.READ).close();
    }
    assertTrue(found.size() > 15 && found.size() < 35, () -> found.size() + " of 100");
  }

  @Test
  void aFenceThatHadSignalledBeforeTheMappingBeganIsFound() throws InterruptedException {
    Attachment gpu =
        buffer.attach(broker.register(DeviceSpec.builder("gpu").explicitSync().build()));
    poller.signalsAtOnce = true;
    poller.signalledNanos = OptionalLong.of(System.nanoTime());
    giveAnOldFence(gpu);
    AccessViolation violation = next(found);
    assertEquals(AccessViolation.Kind.FENCE_STALE, violation.kind());
    assertSite(violation.first().orElseThrow(), "giveAnOldFence");
    assertSite(violation.second().orElseThrow(), "giveAnOldFence");
    Mapping mapping = gpu.map(Access.WRITE);
    poller.signalledNanos = OptionalLong.of(System.nanoTime());
    mapping.closeAfter(new SyncFile(8)); // A device may be fast.
    nothingElse();
  }

  private static void giveAnOldFence(Attachment gpu) {
    gpu.map(Access.WRITE).closeAfter(new SyncFile(7));
  }

  @Test
  void aViewThatIsUsedAfterItsEndIsFound() throws InterruptedException {
    try (Mapping mapping = camera.map(Access.READ)) {
      CpuView view = mapping.cpuView();
      view.close();
      assertThrows(ClosedException.class, view::bytes);
      AccessViolation violation = next(found);
      assertEquals(AccessViolation.Kind.VIEW_USED_AFTER_END, violation.kind());
      assertEquals("view closed here", violation.first().orElseThrow().getMessage());
      assertEquals("used here", violation.second().orElseThrow().getMessage());
      assertThrows(ClosedException.class, () -> view.bytes(0, 8));
      assertEquals(AccessViolation.Kind.VIEW_USED_AFTER_END, next(found).kind());
    }
    nothingElse();
  }

  @Test
  void whatIsWrittenToAFixedViewBetweenItsUsesIsFound() throws InterruptedException {
    FixedView view = camera.fixedView((int) SIZE);
    ByteBuffer kept;
    try (FixedView.Use use = view.begin(Access.WRITE)) {
      kept = use.bytes();
    }
    try (FixedView.Use use = view.begin(Access.READ)) {
      assertEquals(SIZE, use.sizeBytes());
    }
    nothingElse();
    scribble(kept);
    FixedView.Use use = view.begin(Access.READ);
    assertEquals(AccessViolation.Kind.WRITE_OUTSIDE, next(found).kind());
    scribble(kept);
    use.close();
    AccessViolation violation = next(found);
    assertEquals(AccessViolation.Kind.READER_WROTE, violation.kind());
    assertEquals("use begun here", violation.first().orElseThrow().getMessage());
    assertEquals("use closed here", violation.second().orElseThrow().getMessage());
    assertThrows(ClosedException.class, use::bytes);
    assertEquals(AccessViolation.Kind.VIEW_USED_AFTER_END, next(found).kind());
    view.close();
    nothingElse();
  }

  @Test
  void whatADeviceOfAnotherProcessDoesIsNotChecked() {
    ByteBuffer behind = writeAndKeep();
    RegisteredDevice client = (RegisteredDevice) broker.register("client", Constraints.none());
    client.markForeign();
    Attachment attachment = buffer.attach(client);
    attachment.map(Access.WRITE).close();
    scribble(behind);
    readAgain();
    leaveAViewOpen(attachment).close();
    nothingElse();
  }

  @Test
  void contentsThatAnOverwriteDropsAreNotMissed() throws InterruptedException {
    write(camera, 1);
    Attachment display = buffer.attach(broker.register("display", CONTIGUOUS));
    display.map(Access.OVERWRITE).close();
    next(events.moved);
    readAgain();
    nothingElse();
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
