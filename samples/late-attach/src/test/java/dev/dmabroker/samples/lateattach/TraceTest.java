package dev.dmabroker.samples.lateattach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file that {@code --trace} writes; each kind of event is tested where they are made. */
class TraceTest {
  private final Map<Integer, String> processes = new HashMap<>();
  private final Map<String, Set<String>> lanes = new HashMap<>();
  private final Set<String> laneNumbers = new HashSet<>();
  private final List<String> slices = new ArrayList<>();
  private final Set<Integer> arrowsFrom = new TreeSet<>();
  private final Set<Integer> arrowsTo = new TreeSet<>();
  private final Map<String, Long> counters = new HashMap<>();

  @Test
  void hasALaneForEachDeviceAndBufferWithWhatHappenedThere(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("trace.json");
    int status =
        LateAttach.run(
            "--devices", "modelled", "--size", "64x64", "--seconds", "4", "--trace", file + "");
    assertTrue(status < 2, "a busy machine may drop frames");
    JsonNode trace = new ObjectMapper().readTree(file.toFile());
    trace.get("traceEvents").forEach(this::read);

    assertEquals(Set.of("camera", "viewer", "display"), lanes.get("devices"));
    assertEquals(Set.of("frame-1", "frame-2", "frame-3", "frame-4"), lanes.get("buffers"));
    assertEquals(4, slices.stream().filter(name -> name.startsWith("allocate in ")).count());
    // Which heaps there are is the machine's to say; if it is slow a buffer may begin where it
    // ends.
    List<String> moves = slices.stream().filter(name -> name.contains(" to ")).toList();
    assertFalse(moves.isEmpty(), slices::toString);
    for (String move : moves) {
      assertTrue(counters.keySet().containsAll(Arrays.asList(move.split(" to ", -1))), move);
    }
    assertTrue(slices.contains("prepare") && slices.contains("stall"), slices::toString);
    assertTrue(slices.stream().anyMatch(name -> name.startsWith("wait for frame-")));
    assertTrue(arrowsTo.size() > 0, "somebody waits for a move of what it has attached to");
    assertEquals(arrowsFrom, arrowsTo);
    assertEquals(counters.keySet(), lanes.get("heaps"));
    assertEquals(Set.of(0L), Set.copyOf(counters.values()), "all is given back");
  }

  private void read(JsonNode event) {
    String name = event.get("name").textValue();
    int process = event.get("pid").intValue();
    String lane = process + "/" + event.get("tid");
    String phase = event.get("ph").textValue();
    if (!phase.equals("M")) {
      assertTrue(laneNumbers.contains(lane), () -> "in no lane: " + event);
      assertTrue(event.get("ts").doubleValue() >= 0, event::toString);
    }
    switch (phase) {
      case "M" -> name(name, process, lane, event.get("args"));
      case "X" -> {
        assertTrue(event.get("dur").doubleValue() >= 0, event::toString);
        slices.add(name);
      }
      case "s" -> arrowsFrom.add(event.get("id").intValue());
      case "f" -> arrowsTo.add(event.get("id").intValue());
      case "C" -> counters.put(name, event.at("/args/bytes").longValue());
      case "i" -> assertNotNull(event.get("s"), event::toString);
      default -> throw new AssertionError("no such phase: " + event);
    }
  }

  private void name(String what, int process, String lane, JsonNode args) {
    if (what.equals("process_name")) {
      processes.put(process, args.get("name").textValue());
    } else if (what.equals("thread_name")) {
      laneNumbers.add(lane);
      String shown = args.get("name").textValue().replaceFirst(" \\(\\d+\\)$", "");
      lanes.computeIfAbsent(processes.get(process), it -> new TreeSet<>()).add(shown);
    }
  }
}
