package dev.dmabroker.samples.replay;

import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.heuristics.LeastCost;
import dev.dmabroker.spi.Heap;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Something that applications do with a broker.
 *
 * @param name its name, and that of its trace
 * @param heaps the heaps that it runs on
 * @param script puts on the agenda what the applications do
 */
record Scenario(String name, List<TraceHeap> heaps, BiConsumer<Broker, Agenda> script) {

  /** Runs it for real under the default heuristic, and returns what was done. */
  Trace record(Pacer pacer) {
    TraceRecorder recorder = new TraceRecorder(heaps, Stream.PERIOD_MICROS, pacer::micros);
    List<Heap> models = heaps.stream().map(heap -> (Heap) heap.model()).toList();
    BrokerBuilder builder = Broker.builder().heuristic(new LeastCost());
    models.forEach(builder::heap);
    try (Broker broker = new RecordingBroker(builder.build(), recorder)) {
      Agenda agenda = new Agenda();
      script.accept(broker, agenda);
      agenda.run(pacer::await);
    }
    return recorder.trace();
  }
}
