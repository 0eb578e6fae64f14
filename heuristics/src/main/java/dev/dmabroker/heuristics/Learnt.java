package dev.dmabroker.heuristics;

import dev.dmabroker.heuristics.AttachHistory.Expectation;
import dev.dmabroker.spi.PlacementHeuristic.User;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The observations about buffers of one kind. Not thread-safe.
 *
 * <p>A late attach counts in full, though its buffer may be an old one by then: when buffers begin
 * at a steady rate, this makes up for the young buffers that no late device has attached to yet.
 * When they stop, the estimate is too high, hence the bound of probabilities.
 */
final class Learnt {
  static final int MAX_DEVICES = 16;

  /** A device that counts less than this is forgotten: after seven half-lives. */
  private static final double FORGOTTEN = 1.0 / 128;

  private static final Comparator<Late> RAREST_FIRST =
      Comparator.comparingDouble(Late::count).thenComparing(late -> late.device.device());

  private final Map<String, Late> late = new HashMap<>();
  private double buffers;

  private record Late(User device, double count) {}

  void begin(double kept) {
    buffers = buffers * kept + 1;
    late.replaceAll((name, each) -> new Late(each.device, each.count * kept));
    late.values().removeIf(each -> each.count < FORGOTTEN);
  }

  void late(User device) {
    Late before = late.get(device.device());
    if (before == null && late.size() == MAX_DEVICES) {
      late.remove(late.values().stream().min(RAREST_FIRST).orElseThrow().device.device());
    }
    late.put(device.device(), new Late(device, before == null ? 1 : before.count + 1));
  }

  /** The expected devices, the likeliest first. */
  List<Expectation> expected() {
    List<Late> sorted = new ArrayList<>(late.values());
    sorted.sort(RAREST_FIRST.reversed());
    return sorted.stream()
        .map(each -> new Expectation(each.device, Math.min(1, each.count / buffers), buffers))
        .toList();
  }
}
