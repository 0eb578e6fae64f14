package dev.dmabroker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trace that holds: in the order of time, each event whole and in a lane with a name, the slices
 * of a lane one after the other or one within the other, each arrow from one slice to another.
 *
 * @param slices names, times and lengths in microseconds
 * @param arrows from which lane and slice to which
 * @param counters names and values
 * @param lanesOf the names of lanes, by those of their processes
 */
record TraceCheck(
    List<String> slices,
    List<String> arrows,
    List<String> counters,
    Map<String, List<String>> lanesOf) {

  private record Slice(String lane, String name, BigDecimal from, BigDecimal until) {
    boolean contains(BigDecimal at) {
      return from.compareTo(at) <= 0 && at.compareTo(until) <= 0;
    }
  }

  List<String> lanes(String process) {
    return lanesOf.getOrDefault(process, List.of());
  }

  static TraceCheck of(JsonNode root) {
    TraceCheck check =
        new TraceCheck(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new HashMap<>());
    Map<Integer, String> processes = new HashMap<>();
    Map<String, String> lanes = new HashMap<>();
    Map<String, Deque<Slice>> open = new HashMap<>();
    Map<Integer, Slice> arrows = new HashMap<>();
    BigDecimal latest = BigDecimal.ZERO;
    for (JsonNode event : root.get("traceEvents")) {
      String lane = event.get("pid") + "/" + event.get("tid");
      String name = event.get("name").textValue();
      String phase = event.get("ph").textValue();
      if (phase.equals("M")) {
        switch (name) {
          case "process_name" ->
              processes.put(event.get("pid").intValue(), event.at("/args/name").textValue());
          case "thread_name" -> {
            String shown = event.at("/args/name").textValue();
            assertNull(lanes.put(lane, shown), lane);
            check
                .lanesOf
                .computeIfAbsent(
                    processes.get(event.get("pid").intValue()), it -> new ArrayList<>())
                .add(shown);
          }
          case "thread_sort_index" -> assertTrue(event.at("/args/sort_index").isInt());
          default -> throw new AssertionError(event.toString());
        }
        continue;
      }
      BigDecimal at = event.get("ts").decimalValue();
      assertTrue(at.compareTo(latest) >= 0, () -> "goes back in time: " + event);
      latest = at;
      assertNotNull(lanes.get(lane), () -> "in no lane: " + event);
      Deque<Slice> stack = open.computeIfAbsent(lane, it -> new ArrayDeque<>());
      while (!stack.isEmpty() && stack.peek().until().compareTo(at) < 0) {
        stack.pop();
      }
      switch (phase) {
        case "X" -> {
          BigDecimal until = at.add(event.get("dur").decimalValue());
          Slice slice = new Slice(lanes.get(lane), name, at, until);
          while (!stack.isEmpty() && stack.peek().until().compareTo(at) == 0) {
            stack.pop();
          }
          assertTrue(
              stack.isEmpty() || stack.peek().until().compareTo(until) >= 0,
              () -> "overlaps " + stack.peek() + ": " + event);
          stack.push(slice);
          check.slices.add(
              name
                  + " "
                  + at.stripTrailingZeros().toPlainString()
                  + "+"
                  + event.get("dur").decimalValue().stripTrailingZeros().toPlainString());
        }
        case "s" -> assertNull(arrows.put(event.get("id").intValue(), outermost(stack, at)));
        case "f" -> {
          assertEquals("e", event.get("bp").textValue());
          Slice from = arrows.remove(event.get("id").intValue());
          assertNotNull(from, () -> "an arrow from nowhere: " + event);
          Slice to = outermost(stack, at);
          check.arrows.add(from.lane + ":" + from.name + " > " + to.lane + ":" + to.name);
        }
        case "C" ->
            check.counters.add(name + "=" + event.get("args").elements().next().longValue());
        case "i" -> assertEquals("t", event.get("s").textValue());
        default -> throw new AssertionError(event.toString());
      }
    }
    assertEquals(Map.of(), arrows, "arrows to nowhere");
    return check;
  }

  private static Slice outermost(Deque<Slice> stack, BigDecimal at) {
    assertTrue(!stack.isEmpty() && stack.peek().contains(at), "an arrow in no slice");
    return stack.peekLast();
  }
}
