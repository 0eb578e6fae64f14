package dev.dmabroker.samples.bench;

import dev.dmabroker.LeakTracking;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Mapping a settled buffer, beside other ways to hold something for a while. */
final class MapSuite implements Suite {
  private static final int[] THREADS = {1, 2, 4};

  /** Of what a bar is about. */
  private static final int JVMS = 4;

  private static final Map<String, String> PEERS = new LinkedHashMap<>();

  static {
    PEERS.put("stampedLock", "StampedLock, read");
    PEERS.put("readWriteLock", "ReentrantReadWriteLock, read");
    PEERS.put("netty", "Netty, 4 KiB direct, pooled");
    PEERS.put("stormpot", "Stormpot, claim and release");
    PEERS.put("commonsPool", "Commons Pool, borrow and return");
  }

  @Override
  public String name() {
    return "map";
  }

  @Override
  public void measure(Form form, Table table) {
    Case kept = map("map + unmap later, 1 thread", "mapAndKeep", 1, Map.of());
    Case metered =
        map("map + unmap with metrics, 1 thread", "map", 1, Map.of("metrics", "true")).in(JVMS);
    Case untracked =
        map(
                "map + unmap, leaks not looked for, 1 thread",
                "map",
                1,
                Map.of("leaks", LeakTracking.NEVER.name()))
            .in(JVMS);
    Case checkedRarely = checked("one in 1,000", 1_000);
    Case checkedAlways = checked("each", 1);
    Case leased = map("use of a lease, 1 thread", "lease", 1, Map.of()).in(JVMS);
    List<Case> cases =
        new ArrayList<>(List.of(kept, metered, untracked, checkedRarely, checkedAlways, leased));
    for (int threads : THREADS) {
      cases.add(map(threads));
      cases.add(adds(threads));
      PEERS.keySet().forEach(peer -> cases.add(peer(peer, threads)));
    }
    Figures figures = new Forks(form, this).measure(cases);
    table.section("map: one settled buffer, an attachment for each thread");
    Figure one = figures.of(map(1));
    table.add(one, figures.of(adds(1)), Bar.MAP);
    table.add(one.garbageFigure(), Bar.MAP_GARBAGE);
    table.add(figures.of(map(2)), one, Bar.MAP_TWO_THREADS);
    table.add(figures.of(map(4)), one);
    table.add(figures.of(metered), one, Bar.MAP_METRICS);
    table.add(figures.of(untracked), one);
    table.add(figures.of(checkedRarely), one);
    table.add(figures.of(checkedAlways), one);
    table.add(figures.of(kept), one);
    table.add(figures.of(leased), one);
    for (int threads : THREADS) {
      Figure ours = figures.of(map(threads));
      table.add(figures.of(adds(threads)), ours);
      PEERS.keySet().forEach(peer -> table.add(figures.of(peer(peer, threads)), ours));
    }
  }

  private static Case checked(String which, int oneIn) {
    return map(
        "map + unmap, access checked, " + which + ", 1 thread",
        "map",
        1,
        Map.of("checkedOneIn", String.valueOf(oneIn)));
  }

  static Case map(int threads) {
    return map("map + unmap, " + count(threads), "map", threads, Map.of()).in(JVMS);
  }

  private static Case map(String what, String method, int threads, Map<String, String> params) {
    return new Case(what, MapBench.class, method, threads, params);
  }

  private static Case adds(int threads) {
    return new Case("two atomic adds, " + count(threads), MapPeers.class, "atomicAdds", threads)
        .in(JVMS);
  }

  private static Case peer(String method, int threads) {
    String what = PEERS.getOrDefault(method, method) + ", " + count(threads);
    return new Case(what, MapPeers.class, method, threads);
  }

  private static String count(int threads) {
    return threads == 1 ? "1 thread" : threads + " threads";
  }
}
