package dev.dmabroker.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.OutstandingMappingsException;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamConsumer.Policy;
import dev.dmabroker.Subscription;
import dev.dmabroker.UnsatisfiableException;
import dev.dmabroker.event.BrokerListener;
import dev.dmabroker.event.Delivery;
import dev.dmabroker.event.StreamChanged;
import dev.dmabroker.spec.Constraints;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Listeners are told which streams and consumers there are, and that the broker is closed. */
class StreamChangesTest extends VideoFixture {
  private final List<String> told = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() {
    Subscription unused =
        broker.listen(
            new BrokerListener() {
              @Override
              public void streamChanged(StreamChanged event) {
                told.add(event.stream() + " " + event.change() + " " + event.device());
              }

              @Override
              public void brokerClosed() {
                told.add("broker closed, streams " + broker.snapshot().streams().size());
              }
            },
            Delivery.IN_PLACE);
  }

  @Test
  void streamsAndConsumersAreToldAsTheyComeAndGo() {
    BufferStream stream = stream(spec -> spec);
    stream.start();
    StreamConsumer consumer = stream.consumer(viewer, Policy.LATEST);
    assertEquals(List.of("video MADE camera", "video CONSUMER_JOINED viewer"), told);
    consumer.close();
    consumer.close();
    StreamConsumer last = stream.consumer(viewer, Policy.LATEST);
    stream.close();
    last.close();
    assertEquals(
        List.of(
            "video CONSUMER_LEFT viewer",
            "video CONSUMER_JOINED viewer",
            "video CONSUMER_LEFT viewer",
            "video CLOSED camera"),
        told.subList(2, told.size()));
  }

  @Test
  void aConsumerThatCouldNotJoinHasNotLeft() {
    BufferStream stream = started(spec -> spec);
    Device odd =
        broker.register(
            DeviceSpec.builder("odd")
                .constraints(Constraints.builder().addressBits(1).build())
                .build());
    assertThrows(UnsatisfiableException.class, () -> stream.consumer(odd, Policy.LATEST));
    assertEquals(List.of("video MADE camera"), told);
  }

  @Test
  void aBrokerThatClosesEndsItsStreamsFirst() {
    BufferStream stream = started(spec -> spec);
    broker.close();
    broker.close();
    assertEquals(
        List.of("video MADE camera", "video CLOSED camera", "broker closed, streams 0"),
        told,
        stream::toString);
  }

  @Test
  void aBrokerThatClosesThoughFramesAreOutSaysSoToo() {
    BufferStream stream = started(spec -> spec);
    StreamConsumer consumer = stream.consumer(viewer, Policy.EVERY_FRAME);
    submit(stream, 0);
    var held = consumer.take();
    assertThrows(OutstandingMappingsException.class, broker::close);
    assertEquals("broker closed, streams 0", told.get(told.size() - 1));
    held.close();
  }
}
