package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.EmptyFrame;
import dev.dmabroker.Frame;
import dev.dmabroker.Holder;
import dev.dmabroker.Mapping;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.testing.Fixture;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mapping that a thread has waited for is that thread's, by its name and by its line of code. */
class HandedOverTest extends Fixture {
  private Device camera;
  private Device viewer;
  private BufferStream stream;
  private StreamConsumer consumer;

  @BeforeEach
  void open() {
    broker.close();
    broker = builder().recordCallSites().build();
    camera = broker.register("camera", Constraints.none());
    viewer = broker.register("viewer", Constraints.none());
    stream =
        broker.stream(
            StreamSpec.builder("video", BlobSpec.of(SIZE), camera)
                .minBuffers(1)
                .maxBuffers(1)
                .build());
    stream.start();
    consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
  }

  @Test
  void aFrameIsTheConsumersThatWaitedForIt() throws Exception {
    Running<Frame> taking = start(() -> waitsForFrame()).parked();
    EmptyFrame filled = stream.acquire();
    fill(filled.mapping(), 1);
    filled.submit();
    try (Frame unused = taking.result()) {
      assertHeld("viewer", taking.thread(), "waitsForFrame");
    }
  }

  private Frame waitsForFrame() {
    return consumer.take();
  }

  @Test
  void anEmptyFrameIsTheProducersThatWaitedForIt() throws Exception {
    submit(stream, 1);
    Frame taken = consumer.take();
    Running<EmptyFrame> acquiring = start(() -> waitsForBuffer()).parked();
    taken.close();
    try (EmptyFrame unused = acquiring.result()) {
      assertHeld("camera", acquiring.thread(), "waitsForBuffer");
    }
  }

  private EmptyFrame waitsForBuffer() {
    return stream.acquire();
  }

  @Test
  void aMappingIsTheThreadsThatGotItFromItsFuture() throws Exception {
    CompletableFuture<Mapping> future = export().attach(viewer).mapAsync(Access.OVERWRITE);
    Running<Mapping> getting = start(() -> getsMapping(future));
    try (Mapping unused = getting.result()) {
      assertHeld("viewer", getting.thread(), "getsMapping");
    }
  }

  private static Mapping getsMapping(CompletableFuture<Mapping> future) throws Exception {
    return future.get();
  }

  @Test
  void aMappingThatItsOwnThreadGetsWasMadeWhereItWasAskedFor() throws Exception {
    CompletableFuture<Mapping> future = asksForMapping();
    try (Mapping unused = getsMapping(future)) {
      assertHeld("viewer", Thread.currentThread(), "asksForMapping");
    }
  }

  private CompletableFuture<Mapping> asksForMapping() {
    return export().attach(viewer).mapAsync(Access.OVERWRITE);
  }

  /** Checks that the device's only mapping is held by the thread, which got it in the method. */
  private void assertHeld(String device, Thread thread, String method) {
    List<Holder> holders =
        broker.snapshot().buffers().stream()
            .flatMap(buffer -> buffer.holders().stream())
            .filter(holder -> holder.device().equals(device))
            .toList();
    assertEquals(1, holders.size(), holders::toString);
    Holder holder = holders.get(0);
    List<String> methods =
        Arrays.stream(holder.callSite().orElseThrow().getStackTrace())
            .map(StackTraceElement::getMethodName)
            .toList();
    assertTrue(methods.contains(method), methods::toString);
    assertEquals(thread.getName(), holder.thread());
  }
}
