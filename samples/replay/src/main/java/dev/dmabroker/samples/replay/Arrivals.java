package dev.dmabroker.samples.replay;

import dev.dmabroker.DeviceSpec;
import dev.dmabroker.spec.BlobSpec;
import dev.dmabroker.spec.BufferSpec;
import dev.dmabroker.spec.ImageSpec;
import dev.dmabroker.spec.PixelFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Has the streams of a workload begin one after the other, and other programs take memory. */
final class Arrivals {
  /** The first numbers of a generator are alike for seeds that are near to one another. */
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  /** Other programs take and give back so often in the time of a workload. */
  private static final int OTHERS = 40;

  /** Other programs never have more of the scarce memory than this part. */
  private static final double MOST_OF_OTHERS = 0.75;

  private static final List<BufferSpec> PICTURES =
      List.of(
          ImageSpec.of(1280, 720, PixelFormat.NV12),
          ImageSpec.of(640, 480, PixelFormat.YUYV),
          ImageSpec.of(1920, 1080, PixelFormat.NV12),
          BlobSpec.of(256 << 10));

  private final Workload workload;
  private final Kind kind;
  private final Agenda agenda;
  private final Script script;
  private final Random random;
  private final Fleet fleet;
  private final long gapMicros;

  /** How many streams a producer fills. */
  private final Map<String, Integer> running = new HashMap<>();

  private int exported;
  private int streams;

  Arrivals(Workload workload, Agenda agenda, Script script) {
    this.workload = workload;
    this.kind = workload.kind();
    this.agenda = agenda;
    this.script = script;
    this.random = new Random(workload.seed() * SPREAD);
    this.fleet = new Fleet(workload.devices());
    int groups = ceilDiv(ceilDiv(workload.buffers(), kind.buffers), kind.together);
    this.gapMicros = durationMicros() / groups;
  }

  private static int ceilDiv(int all, int each) {
    return (all + each - 1) / each;
  }

  private long durationMicros() {
    return TimeUnit.SECONDS.toMicros(workload.seconds());
  }

  void begin() {
    fleet.all().forEach(script::register);
    if (kind.hasOthers()) {
      agenda.in(durationMicros() / OTHERS, this::others);
    }
    group();
  }

  private void group() {
    for (int i = 0; i < kind.together; i++) {
      agenda.in(i == 0 ? 0 : random.nextInt((int) Stream.PERIOD_MICROS), this::stream);
    }
    if (exported + kind.together * kind.buffers < workload.buffers()) {
      agenda.in(Math.round(gapMicros * (0.5 + random.nextDouble())), this::group);
    }
  }

  private void stream() {
    int buffers = Math.min(kind.buffers, workload.buffers() - exported);
    if (buffers > 0) {
      exported += buffers;
      streams++;
      GeneratedStream.Plan plan = plan(buffers);
      begin(plan.producer());
      new GeneratedStream(plan, agenda, script, () -> end(plan.producer())).begin();
    }
  }

  private void begin(DeviceSpec producer) {
    int others = running.merge(producer.name(), 1, Integer::sum) - 1;
    if (others == 0 && kind.camerasReturn()) {
      script.register(producer);
    }
  }

  private void end(DeviceSpec producer) {
    running.merge(producer.name(), -1, Integer::sum);
  }

  private GeneratedStream.Plan plan(int buffers) {
    boolean strict = random.nextDouble() < kind.strict;
    DeviceSpec producer = fleet.any(strict ? Fleet.Role.DECODER : Fleet.Role.CAMERA, random);
    int rounds = kind.leastRounds + random.nextInt(kind.mostRounds - kind.leastRounds + 1);
    int frames = rounds * buffers;
    Optional<String> latecomer =
        random.nextDouble() < kind.joined
            ? Optional.of(fleet.any(Fleet.Role.DISPLAY, random).name())
            : Optional.empty();
    return new GeneratedStream.Plan(
        "s" + streams,
        PICTURES.get(random.nextInt(PICTURES.size())),
        buffers,
        producer,
        fleet.any(Fleet.Role.VIEWER, random).name(),
        latecomer,
        frames,
        1 + random.nextInt(frames),
        random.nextDouble() < kind.kept ? 2 + random.nextInt(8) : 0);
  }

  private void others() {
    boolean over = agenda.now() >= durationMicros();
    long most = (long) (workload.scarceBytes() * MOST_OF_OTHERS);
    script.others(Workload.SCARCE, over ? 0 : Math.round(most * random.nextDouble()));
    if (!over) {
      agenda.in(durationMicros() / OTHERS, this::others);
    }
  }
}
