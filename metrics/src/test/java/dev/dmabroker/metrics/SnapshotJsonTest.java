package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BrokerBuilder;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.Frame;
import dev.dmabroker.Lease;
import dev.dmabroker.Mapping;
import dev.dmabroker.Pin;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.event.BrokerSnapshot;
import dev.dmabroker.heuristics.FirstFit;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import dev.dmabroker.spi.HeapProvider;
import dev.dmabroker.spi.MemoryPressure;
import dev.dmabroker.spi.MemoryPressure.Scope;
import dev.dmabroker.spi.Trait;
import dev.dmabroker.testing.ScriptedHeap;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class SnapshotJsonTest {
  private static final Path SCHEMA =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")))
          .resolveSibling("docs/snapshot.schema.json");

  private static BrokerBuilder builder() {
    return Broker.builder()
        .heap(
            new ScriptedHeap(
                "system", ScriptedHeap.ordinary().capacityBytes(Trait.declared(1L << 30)).build()))
        .heap(ScriptedHeap.cma())
        .heuristic(new FirstFit())
        .recordCallSites()
        .budget("codec", 1 << 20)
        .heaps(
            new HeapProvider() {
              @Override
              public String name() {
                return "test";
              }

              @Override
              public List<Finding> discover() {
                return List.of(
                    new Closed(
                        "shut \"1\"", Closed.Kind.NO_PERMISSION, "EACCES\n", "join a group"));
              }
            });
  }

  private static JsonNode written(BrokerSnapshot snapshot) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SnapshotJson.write(snapshot, bytes);
    String text = bytes.toString(StandardCharsets.UTF_8);
    StringWriter out = new StringWriter();
    SnapshotJson.write(snapshot, out);
    assertEquals(out.toString(), text);
    assertEquals(SnapshotJson.text(snapshot), text);
    return new ObjectMapper().readTree(text);
  }

  private static void assertValid(JsonNode dump) throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(SCHEMA));
    assertEquals(List.of(), List.copyOf(schema.validate(dump)));
  }

  @Test
  void aBusyBrokerIsWrittenAsTheSchemaSays() throws IOException {
    try (Broker broker = builder().build()) {
      Device camera = broker.register("camera", Constraints.none());
      Device display = broker.register("display", Constraints.builder().contiguous().build());
      ImageSpec image = ImageSpec.of(64, 64, PixelFormat.NV12);
      SharedBuffer frame = broker.export("frame", image);
      SharedBuffer empty = broker.export("empty", BlobSpec.of(1));
      Attachment in = frame.attach(camera);
      in.map(Access.WRITE).close();
      Attachment out = frame.attach(display);
      try (Mapping mapping = out.map(Access.READ);
          Pin pin = out.pin()) {
        Lease lease = out.map(Access.READ).lease("viewer", recall -> {});
        BrokerSnapshot snapshot = broker.snapshot();
        JsonNode dump = written(snapshot);
        assertValid(dump);
        assertEquals(snapshot.taken().toString(), dump.get("taken").textValue());
        snapshot.buffers().forEach(it -> assertFalse(it.since().isAfter(snapshot.taken())));
        assertEquals("shut \"1\"", dump.at("/closedHeaps/0/name").textValue());
        assertEquals("NO_PERMISSION", dump.at("/closedHeaps/0/kind").textValue());
        assertFalse(dump.at("/heaps/0/traits/modelled/value").booleanValue());
        assertEquals(1 << 30, dump.at("/heaps/0/traits/capacityBytes/value").longValue());
        assertTrue(dump.at("/heaps/1/traits/capacityBytes/value").isNull());
        assertEquals(1 << 20, dump.at("/budgets/0/limitBytes").longValue());
        JsonNode buffer = named(dump, "frame");
        assertEquals("cma", buffer.get("heap").textValue());
        assertEquals("display", buffer.at("/attachments/1/device").textValue());
        assertEquals("READ", buffer.at("/holders/0/access").textValue());
        assertTrue(
            buffer.at("/holders/0/callSite").toString().contains("SnapshotJsonTest"),
            buffer::toString);
        assertEquals("viewer", buffer.at("/leases/0/holder").textValue());
        assertTrue(buffer.at("/leases/0/open").booleanValue());
        assertEquals(1, buffer.at("/holders/1/leaseUses").longValue(), lease::toString);
        assertEquals("display", buffer.at("/pinned/0").textValue(), pin::heapName);
        assertEquals(1, buffer.at("/moves/done").longValue());
        assertEquals(mapping.generation(), buffer.get("generation").longValue());
        assertTrue(
            Instant.parse(buffer.get("since").textValue())
                .isBefore(Instant.parse(buffer.at("/attachments/0/since").textValue())));
        assertTrue(named(dump, "empty").get("residentSince").isNull(), empty::name);
        lease.endUse();
      }
      in.close();
    }
  }

  @Test
  void aStreamIsWrittenWithWhoHoldsItsBuffers() throws IOException {
    try (Broker broker = builder().build()) {
      Device camera = broker.register("camera", Constraints.none());
      Device display =
          broker.register("display", Constraints.builder().contiguous().camping(1).build());
      BufferStream stream =
          broker.stream(
              StreamSpec.builder("video", BlobSpec.of(4096), camera).maxBuffers(2).build());
      stream.start();
      StreamConsumer consumer = stream.consumer(display, StreamConsumer.Policy.EVERY_FRAME);
      stream.acquire().submit();
      stream.acquire().submit();
      try (Frame frame = consumer.take()) {
        assertTrue(stream.tryAcquire().isEmpty(), frame::toString);
        JsonNode dump = written(broker.snapshot());
        assertValid(dump);
        JsonNode video = dump.at("/streams/0");
        assertEquals("video", video.get("name").textValue());
        assertEquals("RUNNING", video.get("state").textValue());
        assertEquals(2, video.get("depth").intValue());
        assertEquals(2, video.get("inFlight").intValue());
        assertEquals(1, video.get("starved").intValue());
        assertTrue(video.get("heldBack").textValue().contains("all the 2 buffers"));
        assertTrue(video.at("/producer/camping").isNull());
        assertEquals(2, video.at("/producer/ended").intValue());
        assertEquals(1, video.at("/consumers/0/queued").intValue());
        assertEquals("display", video.at("/consumers/0/holds/device").textValue());
        assertEquals(1, video.at("/consumers/0/holds/camping").intValue());
        assertEquals(1, video.at("/consumers/0/holds/now").intValue());
      }
      stream.close();
      assertEquals(0, written(broker.snapshot()).get("streams").size());
    }
  }

  private static JsonNode named(JsonNode dump, String name) {
    for (JsonNode buffer : dump.get("buffers")) {
      if (buffer.get("name").textValue().equals(name)) {
        return buffer;
      }
    }
    throw new AssertionError("no " + name + " in " + dump);
  }

  @Test
  void pressureIsWritten() throws IOException {
    try (Broker broker =
        builder()
            .watchMemory(Duration.ofHours(1))
            .pressureGauge(() -> List.of(new MemoryPressure(Scope.MACHINE, 0.5, 0.0001)))
            .build()) {
      JsonNode dump = written(broker.snapshot());
      assertValid(dump);
      assertEquals("MACHINE", dump.at("/memoryPressure/0/scope").textValue());
      assertEquals(0.5, dump.at("/memoryPressure/0/some").doubleValue());
      assertEquals(0.0001, dump.at("/memoryPressure/0/full").doubleValue());
    }
  }

  @Test
  void aClosedBrokerIsWrittenToo() throws IOException {
    Broker broker = builder().build();
    broker.close();
    JsonNode dump = written(broker.snapshot());
    assertValid(dump);
    assertTrue(dump.get("closed").booleanValue());
  }

  @Test
  void theSchemaRefusesWhatItDoesNotKnow() throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(Files.readString(SCHEMA));
    String out = SnapshotJson.text(Snapshots.empty(0));
    ObjectMapper mapper = new ObjectMapper();
    assertEquals(List.of(), List.copyOf(schema.validate(mapper.readTree(out))));
    String more = out.replaceFirst("\"closed\"", "\"more\": 1, \"closed\"");
    assertFalse(schema.validate(mapper.readTree(more)).isEmpty());
    String less = out.replaceFirst("\"taken\": [^,]*,", "");
    assertFalse(schema.validate(mapper.readTree(less)).isEmpty());
  }

  /** Prints how long it takes; how long it may take is for who reads that on a quiet machine. */
  @Test
  void aHundredThousandBuffers() throws IOException {
    int count = 100_000;
    try (Broker broker =
        Broker.builder().heap(ScriptedHeap.system()).heuristic(new FirstFit()).build()) {
      Device camera = broker.register("camera", Constraints.none());
      Device viewer = broker.register("viewer", Constraints.none());
      List<Attachment> kept = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        SharedBuffer buffer = broker.export("frame-" + i, BlobSpec.of(4096));
        kept.add(buffer.attach(camera));
        kept.add(buffer.attach(viewer));
      }
      for (int round = 0; round < 3; round++) {
        long start = cpuNanos();
        BrokerSnapshot snapshot = broker.snapshot();
        long taken = cpuNanos();
        Counting bytes = new Counting();
        try (BufferedWriter out =
            new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8))) {
          SnapshotJson.write(snapshot, out);
        }
        long written = cpuNanos();
        System.out.printf(
            Locale.ROOT,
            "snapshot of %,d buffers with two attachments each: taken in %d ms, written in %d ms"
                + " of this thread's time, %,d bytes%n",
            count,
            (taken - start) / 1_000_000,
            (written - taken) / 1_000_000,
            bytes.count);
        assertEquals(count, snapshot.buffers().size());
        assertTrue(bytes.count > count * 100L);
      }
      assertEquals(2 * count, kept.size());
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static final class Counting extends OutputStream {
    private long count;

    @Override
    public void write(int value) {
      count++;
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      count += length;
    }
  }
}
