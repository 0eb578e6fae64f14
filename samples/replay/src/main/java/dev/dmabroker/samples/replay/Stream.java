package dev.dmabroker.samples.replay;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.Device;
import dev.dmabroker.Mapping;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BufferSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * An application that passes frames on: a producer fills buffers in turn, each consumer takes each
 * frame a period later. Whether or not a map is granted, the next comes when it is due: a trace
 * holds what devices want.
 */
final class Stream {
  /** 60 frames a second. */
  static final long PERIOD_MICROS = 16_667;

  /** A producer has a buffer for almost as long as it takes to fill it. */
  static final long PRODUCER_HOLD_MICROS = 15_000;

  /** A consumer has a buffer for about half of that. */
  static final long CONSUMER_HOLD_MICROS = 8_000;

  private final Agenda agenda;
  private final List<SharedBuffer> buffers = new ArrayList<>();
  private final List<Attachment> producer = new ArrayList<>();
  private final Map<Device, List<Attachment>> consumers = new LinkedHashMap<>();

  /** Exports the buffers, named {@code NAME-1} and so on, and attaches the producer to each. */
  Stream(Broker broker, Agenda agenda, String name, BufferSpec spec, int count, Device producer) {
    this.agenda = agenda;
    for (int i = 1; i <= count; i++) {
      SharedBuffer buffer = broker.export(name + "-" + i, spec);
      buffers.add(buffer);
      this.producer.add(buffer.attach(producer));
    }
  }

  /** Attaches a consumer to every buffer. */
  void attach(Device consumer) {
    consumers.put(consumer, buffers.stream().map(buffer -> buffer.attach(consumer)).toList());
  }

  /** Detaches a consumer from every buffer. */
  void detach(Device consumer) {
    List<Attachment> attachments = consumers.remove(consumer);
    if (attachments != null) {
      attachments.forEach(Attachment::close);
    }
  }

  /** Passes on so many frames from now on. */
  void run(int frames) {
    for (int i = 0; i < frames; i++) {
      int slot = i % buffers.size();
      agenda.in(i * PERIOD_MICROS, () -> produce(slot));
      agenda.in((i + 1) * PERIOD_MICROS, () -> consume(slot));
    }
  }

  private void produce(int slot) {
    use(producer.get(slot), Access.OVERWRITE, PRODUCER_HOLD_MICROS);
  }

  private void consume(int slot) {
    consumers.values().forEach(each -> use(each.get(slot), Access.READ, CONSUMER_HOLD_MICROS));
  }

  /** Has a consumer look at one buffer. */
  void look(Device consumer, int slot) {
    List<Attachment> attachments = consumers.get(consumer);
    if (attachments != null) {
      use(attachments.get(slot % buffers.size()), Access.READ, CONSUMER_HOLD_MICROS);
    }
  }

  private void use(Attachment attachment, Access access, long micros) {
    CompletableFuture<Mapping> map = attachment.mapAsync(access);
    agenda.in(
        micros,
        () -> {
          if (!map.cancel(false) && !map.isCompletedExceptionally()) {
            map.join().close();
          }
        });
  }

  /** Detaches everybody and closes the buffers. */
  void close() {
    List.copyOf(consumers.keySet()).forEach(this::detach);
    producer.forEach(Attachment::close);
    buffers.forEach(SharedBuffer::close);
  }
}
