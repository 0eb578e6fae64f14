package dev.dmabroker.growth;

import dev.dmabroker.Attachment;
import dev.dmabroker.Broker;
import dev.dmabroker.BufferStream;
import dev.dmabroker.Device;
import dev.dmabroker.DeviceSpec;
import dev.dmabroker.LeakTracking;
import dev.dmabroker.SharedBuffer;
import dev.dmabroker.StreamConsumer;
import dev.dmabroker.StreamSpec;
import dev.dmabroker.internal.simulation.Simulation;
import dev.dmabroker.spec.Access;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.Constraints;
import dev.dmabroker.spi.Heap;
import dev.dmabroker.spi.PlacementHeuristic;
import dev.dmabroker.testing.ScriptedHeap;
import dev.dmabroker.testing.ScriptedMemory;
import dev.dmabroker.testing.ScriptedPoller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Does each operation in a broker with many things, and counts its steps. It is loaded by the
 * {@link StepLoader}, and runs in a simulated world: what an operation entails on other threads is
 * over before the count is read, and equal operations have equal counts.
 */
public final class Operations {
  private static final BlobSpec PAGE = BlobSpec.of(4096);
  private static final int BUFFERS_OF_A_DEVICE = 10;
  private static final int BUFFERS_OF_A_GROUP = 100;
  private static final int SCARCE_BUFFERS = 4;
  private static final String GROUP = "own";

  /** Longer than it takes the broker to settle, and shorter than its threads wait for more. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private final Simulation world;
  private final Map<String, Long> steps = new LinkedHashMap<>();
  private final Broker broker =
      Broker.builder()
          .heap(heap("home"))
          .heap(heap("other"))
          .heap(scarce())
          .heuristic(new Emptying())
          .fencePoller(new ScriptedPoller())
          .leakTracking(LeakTracking.NEVER)
          .build();
  private final Device viewer = device("viewer", GROUP, "home", "other", "scarce");
  private final Device mover = device("mover", GROUP, "other");
  private final Device strict = device("strict", GROUP, "scarce");
  private final List<SharedBuffer> scarce = new ArrayList<>();

  /** What an operation does. */
  private interface Work<T> {
    T run();
  }

  /** Ranks heaps in the broker's order, and has any buffer leave a heap that is full. */
  private static final class Emptying implements PlacementHeuristic {
    @Override
    public String name() {
      return "emptying";
    }

    @Override
    public List<Ranked> rank(Request request) {
      return request.heaps().stream().map(heap -> new Ranked(heap.name(), 0, "in order")).toList();
    }

    @Override
    public Eviction evict(Crowded crowded) {
      return new Eviction(crowded.residents().stream().map(Resident::id).toList(), 1e9);
    }
  }

  private Operations(Simulation world) {
    this.world = world;
  }

  /** Counts the steps of each operation, by its name, where there are so many buffers. */
  public static Map<String, Long> count(int things) throws InterruptedException {
    Simulation world = Simulation.inOrder();
    Map<String, Long> counted = new LinkedHashMap<>();
    world.run(
        () -> {
          Operations operations = new Operations(world);
          operations.fillScarce();
          operations.all(); // First uses of classes and threads.
          operations.grow(things);
          operations.all();
          counted.putAll(operations.steps);
          operations.broker.close();
        });
    return counted;
  }

  private static ScriptedHeap heap(String name) {
    return new ScriptedHeap(name, ScriptedHeap.ordinary().build());
  }

  private static Heap scarce() {
    ScriptedHeap heap = heap("scarce");
    heap.capacity((long) SCARCE_BUFFERS * 4096);
    return heap;
  }

  private Device device(String name, String group, String... heaps) {
    return broker.register(
        DeviceSpec.builder(name)
            .group(group)
            .constraints(Constraints.builder().permittedHeaps(heaps).build())
            .build());
  }

  private void grow(int things) {
    for (int i = 0; i < things; i += BUFFERS_OF_A_DEVICE) {
      String group = "group-" + i / BUFFERS_OF_A_GROUP;
      Device device = device("device-" + i, group, "home", "other", "scarce");
      for (int j = i; j < i + BUFFERS_OF_A_DEVICE; j++) {
        fill(broker.export("buffer-" + j, PAGE, device), device);
      }
    }
    world.sleep(SETTLED);
  }

  private static Attachment fill(SharedBuffer buffer, Device device) {
    Attachment attachment = buffer.attach(device);
    attachment.map(Access.OVERWRITE).close();
    return attachment;
  }

  private void fillScarce() {
    for (int i = 0; i < SCARCE_BUFFERS; i++) {
      SharedBuffer buffer = broker.export("scarce-" + i, PAGE, viewer);
      Attachment unused = buffer.attach(viewer);
      fetch(buffer);
      scarce.add(buffer);
    }
  }

  /** Has a buffer lie in the scarce heap, though its own device does not need that. */
  private void fetch(SharedBuffer buffer) {
    fill(buffer, strict).close();
  }

  /** Counts the steps of what makes something. */
  private <T> T made(String operation, Work<T> work) {
    long before = Steps.count();
    T made = work.run();
    world.sleep(SETTLED);
    steps.put(operation, Steps.count() - before);
    return made;
  }

  private void done(String operation, Runnable work) {
    boolean unused =
        made(
            operation,
            () -> {
              work.run();
              return true;
            });
  }

  private void all() {
    live();
    makeRoom();
    adopt();
    comeAndGo();
    stream();
    Object unused = made("snapshot", broker::snapshot);
    unused = made("rescan", broker::rescan);
  }

  private void live() {
    Device camera = made("register", () -> device("camera", GROUP, "home", "other"));
    Object unused = made("plan", () -> broker.plan(PAGE, List.of(camera, viewer)));
    SharedBuffer frame = made("export", () -> broker.export("frame", PAGE, camera));
    Attachment filled = made("attach", () -> frame.attach(camera));
    done("first map", () -> filled.map(Access.OVERWRITE).close());
    done("settled map", () -> filled.map(Access.READ).close());
    Attachment moved = made("move", () -> fill(frame, mover));
    done("detach", moved::close);
    filled.close();
    done("evacuate", frame::evacuate);
    done("close", frame::close);
    done("unregister", camera::close);
  }

  private void makeRoom() {
    SharedBuffer frame = broker.export("frame", PAGE, strict);
    Attachment attachment = frame.attach(strict);
    done("make room", () -> attachment.map(Access.OVERWRITE).close());
    attachment.close();
    frame.close();
    for (SharedBuffer buffer : scarce) {
      if (!buffer.heapName().equals(Optional.of("scarce"))) {
        fetch(buffer);
      }
    }
  }

  private void adopt() {
    // The first asks all memory that there is what it is.
    SharedBuffer first = made("first adopt", this::adopted);
    SharedBuffer second = made("adopt", this::adopted);
    done("close adopted", second::close);
    first.close();
  }

  private SharedBuffer adopted() {
    ScriptedMemory memory =
        new ScriptedMemory(
            "foreign", ScriptedHeap.ordinary().build(), /* movable= */ false, 4096, new Object());
    return broker.adopt("adopted", PAGE, PAGE.layout(), memory);
  }

  /** A trust group of which others know nothing: a client that comes, and dies. */
  private void comeAndGo() {
    List<Runnable> ends = new ArrayList<>();
    done(
        "group comes",
        () -> {
          Device device = device("passing", "passing", "home");
          for (int i = 0; i < BUFFERS_OF_A_DEVICE; i++) {
            SharedBuffer buffer = broker.export("passing-" + i, PAGE, device);
            Attachment attachment = fill(buffer, device);
            ends.add(attachment::close);
            ends.add(buffer::close);
          }
          ends.add(device::close);
        });
    done("group goes", () -> ends.forEach(Runnable::run));
  }

  private void stream() {
    BufferStream stream =
        made("stream", () -> broker.stream(StreamSpec.of("frames", PAGE, viewer)));
    StreamConsumer consumer =
        made("consumer", () -> stream.consumer(viewer, StreamConsumer.Policy.EVERY_FRAME));
    done("start stream", stream::start);
    done("first frame", () -> pass(stream, consumer));
    done("frame", () -> pass(stream, consumer));
    done("close stream", stream::close);
  }

  private static void pass(BufferStream stream, StreamConsumer consumer) {
    stream.acquire().submit();
    consumer.take().close();
  }
}
