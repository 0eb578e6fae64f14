package dev.dmabroker.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.Attachment;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.event.BrokerSnapshot.BufferState;
import dev.dmabroker.event.BrokerSnapshot.HeapState;
import dev.dmabroker.event.BrokerSnapshot.LeaseState;
import dev.dmabroker.event.StreamState;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The invariants hold in a real snapshot, and one that is broken is named. */
class SnapshotInvariantsTest extends Fixture {
  private static final String MAPPED = "frame";

  private final Device camera = broker.register("camera", Constraints.none());

  /** A broker with a buffer that is mapped and a stream that runs. */
  private BrokerSnapshot inUse() {
    Attachment attachment = broker.export(MAPPED, BlobSpec.of(SIZE)).attach(camera);
    Mapping unused = attachment.map(Access.WRITE);
    Lease unusedToo = attachment.map(Access.WRITE).lease("viewer", recall -> {});
    BufferStream stream = broker.stream(StreamSpec.of("video", BlobSpec.of(SIZE), camera));
    StreamConsumer consumer = stream.consumer(camera, StreamConsumer.Policy.EVERY_FRAME);
    stream.start();
    submit(stream, 1);
    consumer.take();
    return broker.snapshot();
  }

  /** The state with another answer of one method. */
  private static <T> T but(Class<T> type, T state, String method, Object answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, arguments) -> {
              try {
                return called.getName().equals(method) ? answer : called.invoke(state, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private static void assertBroken(BrokerSnapshot snapshot, String named) {
    assertSays(
        assertThrows(AssertionError.class, () -> SnapshotInvariants.checkAtRest(snapshot)), named);
  }

  private static void assertBuffer(BrokerSnapshot all, String method, Object answer, String named) {
    List<BufferState> buffers =
        all.buffers().stream()
            .map(it -> it.name().equals(MAPPED) ? but(BufferState.class, it, method, answer) : it)
            .toList();
    assertBroken(but(BrokerSnapshot.class, all, "buffers", buffers), named);
  }

  private static void assertStream(BrokerSnapshot all, String method, Object answer, String named) {
    StreamState changed = but(StreamState.class, all.streams().get(0), method, answer);
    assertBroken(but(BrokerSnapshot.class, all, "streams", List.of(changed)), named);
  }

  @Test
  void theyHoldInUse() {
    SnapshotInvariants.checkAtRest(inUse());
  }

  @Test
  void theyHoldAtTheEnd() {
    BrokerSnapshot unused = inUse();
    assertThrows(Exception.class, broker::close);
    SnapshotInvariants.check(broker.snapshot());
  }

  @Test
  void whatIsBrokenInABufferIsNamed() {
    BrokerSnapshot all = inUse();
    assertBuffer(all, "waiting", -1, "waiting is -1");
    assertBuffer(all, "heap", Optional.empty(), "its heap is Optional.empty in RESIDENT");
    assertBuffer(all, "state", SharedBuffer.State.UNBACKED, "bytes in UNBACKED");
    assertBuffer(all, "generation", 0L, "it has had no place, but memory");
    assertBuffer(all, "pinned", List.of("radio"), "[radio] pinned it");
    assertBuffer(all, "maps", 0L, "0 maps were made");
  }

  @Test
  void whatIsBrokenInALeaseIsNamed() {
    BrokerSnapshot all = inUse();
    assertLease(all, "uses", -1L, "is -1");
    assertLease(all, "generation", 2L, "it has had 1 places");
    assertLease(all, "device", "radio", "attached are [camera], but open is");
    assertBuffer(all, "generation", 2L, "it lies in place 2, but open is");
    assertBuffer(all, "state", SharedBuffer.State.MOVING, "it is MOVING, but open is");
  }

  private static void assertLease(BrokerSnapshot all, String method, Object answer, String named) {
    LeaseState lease =
        all.buffers().stream().flatMap(it -> it.leases().stream()).findFirst().orElseThrow();
    assertBuffer(all, "leases", List.of(but(LeaseState.class, lease, method, answer)), named);
  }

  @Test
  void whatIsBrokenInAStreamIsNamed() {
    BrokerSnapshot all = inUse();
    assertStream(all, "inFlight", -1, "inFlight is -1");
    assertStream(all, "depth", 9, "are not all of its 9 buffers");
    assertStream(all, "maxBuffers", 1, "may have 1");
    assertStream(all, "failed", 7L, "7 frames failed of 1");
    assertStream(all, "state", BufferStream.State.CLOSED, "it is closed, but not empty");
  }

  @Test
  void partsThatDisagreeAreNamed() {
    BrokerSnapshot all = inUse();
    HeapState less = but(HeapState.class, all.heaps().get(0), "usedBytes", 1L);
    BrokerSnapshot changed = but(BrokerSnapshot.class, all, "heaps", List.of(less));
    assertBroken(changed, "buffers lie there with");
    SnapshotInvariants.check(changed);
    assertBroken(but(BrokerSnapshot.class, all, "buffers", List.of()), "there is no buffer");
  }
}
