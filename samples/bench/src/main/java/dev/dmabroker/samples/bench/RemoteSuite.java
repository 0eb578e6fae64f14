package dev.dmabroker.samples.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What it costs that a broker is in another process: a settled map beside a local one, a frame from
 * one process to another beside bare messages on the same way, and moves with a holder elsewhere.
 */
final class RemoteSuite implements Suite {
  private static final int JVMS = 4;

  /** How many frames and moves are made before it is the other kind's turn. */
  private static final int SLICE = 40;

  private static final int WARM_UP_SLICES = 4;

  /** A pipeline runs for months: until so many frames have passed, the JVMs still compile. */
  private static final int WARM_UP_FRAMES = 4000;

  /** The times of a round. */
  private record Times(
      List<long[]> frames, List<long[]> packets, List<long[]> local, List<long[]> remote) {
    Times() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  @Override
  public String name() {
    return "remote";
  }

  @Override
  public void measure(Form form, Table table) {
    Case remote =
        new Case("remote map + unmap, 1 thread", RemoteMapBench.class, "map", 1, Map.of()).in(JVMS);
    Case local = MapSuite.map(1);
    Figures figures = new Forks(form, this).measure(List.of(remote, local));
    Times all = new Times();
    for (int round = 1; round <= form.rounds(); round++) {
      progress(form, round, "frames and moves between processes");
      round(form, all);
    }
    table.section("remote: the broker is in another process");
    table.add(figures.of(local));
    table.add(figures.of(remote), figures.of(local), Bar.REMOTE_MAP);
    table.add(figures.of(remote).garbageFigure(), Bar.MAP_GARBAGE);
    Figure packets = figure("two bare messages by way of a third process, p50", all.packets());
    table.add(packets);
    table.add(figure("a frame, from submit to take, p50", all.frames()), packets, Bar.REMOTE_FRAME);
    Figure here = figure("stall of a move with a writer that holds 100 us, p50", all.local());
    Figure there = figure("the same with the writer elsewhere, p50", all.remote());
    table.add(here);
    table.add(there, here);
    table.add(beyond(here, there, all), Bar.REMOTE_STALL);
  }

  private static Figure figure(String what, List<long[]> rounds) {
    return Figure.of(
        what,
        Unit.NANOS,
        Samples.percentile(Samples.pooled(rounds), 0.5),
        rounds.stream().map(round -> Samples.percentile(round, 0.5)).toList());
  }

  private static Figure beyond(Figure here, Figure there, Times all) {
    List<Double> rounds = new ArrayList<>();
    for (int i = 0; i < all.local().size(); i++) {
      rounds.add(
          Samples.percentile(all.remote().get(i), 0.5)
              - Samples.percentile(all.local().get(i), 0.5));
    }
    return Figure.of("what that is more", Unit.NANOS, there.value() - here.value(), rounds);
  }

  private static Worker worker(Class<?> main, String part, Path socket) {
    return new Worker(JavaProcess.command(main.getName(), List.of(), part, socket.toString()));
  }

  /** All processes of a round, whose kinds of work take turns. */
  private static void round(Form form, Times all) {
    Path folder = folder();
    Path broker = folder.resolve("broker");
    Path packets = folder.resolve("packets");
    Times round = new Times();
    try (Worker service = worker(RemoteWorker.class, "service", broker)) {
      long[] unused = service.numbers("local", SLICE); // The socket is there.
      try (Worker relay = worker(PacketWorker.class, "relay", packets)) {
        relay.order("ready");
        try (Worker camera = worker(RemoteWorker.class, "camera", broker);
            Worker viewer = worker(RemoteWorker.class, "viewer", broker);
            Worker sender = worker(PacketWorker.class, "sender", packets);
            Worker receiver = worker(PacketWorker.class, "receiver", packets);
            Worker mover = worker(RemoteWorker.class, "mover", broker)) {
          camera.order("frames", 0);
          viewer.order("frames", 0);
          receiver.order("frames", 0);
          long[] unusedToo = passed(sender, receiver, WARM_UP_FRAMES);
          unusedToo = passed(camera, viewer, WARM_UP_FRAMES);
          for (int slice = -WARM_UP_SLICES; slice < form.moves() / SLICE; slice++) {
            Times times = slice < 0 ? new Times() : round;
            times.packets().add(passed(sender, receiver, SLICE));
            times.frames().add(passed(camera, viewer, SLICE));
            times.local().add(service.numbers("local", SLICE));
            mover.order("moves", SLICE);
            times.remote().add(service.numbers("stalls"));
          }
        }
      }
    } finally {
      delete(folder);
    }
    all.frames().add(Samples.pooled(round.frames()));
    all.packets().add(Samples.pooled(round.packets()));
    all.local().add(Samples.pooled(round.local()));
    all.remote().add(Samples.pooled(round.remote()));
  }

  private static long[] passed(Worker from, Worker to, int count) {
    CompletableFuture<long[]> times =
        CompletableFuture.supplyAsync(() -> to.numbers("frames", count));
    from.order("frames", count);
    return times.join();
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("dmabroker-bench");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try {
      for (String name : List.of("broker", "broker.lock", "packets", "packets.lock")) {
        Files.deleteIfExists(folder.resolve(name));
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      System.err.println("cannot delete " + folder + ": " + e);
    }
  }
}
