package dev.dmabroker.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.SharedBuffer.State;
import dev.dmabroker.testing.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * From which state to which a buffer goes: in the code, in the table of {@link BufferLife}, and in
 * the picture that the guide shows to users.
 */
class BufferStatesTest extends Fixture {
  /** A line of the table, {@code UNBACKED ALLOCATING a device maps}. */
  private static final Pattern LINE =
      Pattern.compile("^ \\* ([A-Z]+) +([A-Z]+) +\\S.*$", Pattern.MULTILINE);

  /**
   * A line of the picture, {@code UNBACKED --> ALLOCATING: first map}. A semicolon would end the
   * text, and what follows it would be drawn as states.
   */
  private static final Pattern ARROW =
      Pattern.compile(
          "^ *(\\[\\*\\]|[A-Z]+) --> (\\[\\*\\]|[A-Z]+)(?:: [^:;\\n]+)?$", Pattern.MULTILINE);

  private final BufferLife exported = Handles.of(export()).life;

  /** The broker does not know it, so that it may be in any state when the broker is closed. */
  private BufferLife life(State state) {
    BufferLife life =
        new BufferLife(
            exported.supplies,
            exported.id,
            "tried",
            exported.target(),
            exported.reservation,
            exported.queue,
            /* origin= */ null);
    way(state).forEach(life::become);
    assertEquals(state, life.state());
    return life;
  }

  private static List<State> way(State to) {
    return switch (to) {
      case UNBACKED -> List.of();
      case ALLOCATING -> List.of(State.ALLOCATING);
      case RESIDENT -> List.of(State.ALLOCATING, State.RESIDENT);
      case PREPARING -> List.of(State.ALLOCATING, State.RESIDENT, State.PREPARING);
      case DRAINING -> List.of(State.ALLOCATING, State.RESIDENT, State.DRAINING);
      case MOVING -> List.of(State.ALLOCATING, State.RESIDENT, State.DRAINING, State.MOVING);
      case RELEASED -> List.of(State.RELEASED);
    };
  }

  private static String transition(Object from, Object to) {
    return from + " --> " + to;
  }

  private boolean isRefused(State from, State to) {
    BufferLife life = life(from);
    try {
      life.become(to);
    } catch (IllegalStateException e) {
      assertEquals(from, life.state(), "it stays as it is");
      return true;
    }
    assertEquals(to, life.state());
    return false;
  }

  private Set<String> ofTheCode() {
    Set<String> transitions = new TreeSet<>();
    for (State from : State.values()) {
      for (State to : State.values()) {
        if (!isRefused(from, to)) {
          transitions.add(transition(from, to));
        }
      }
    }
    return transitions;
  }

  private static Set<String> ofTheTable() throws IOException {
    String file = BufferLife.class.getName().replace('.', '/') + ".java";
    Matcher lines = LINE.matcher(Files.readString(Path.of("src", "main", "java").resolve(file)));
    Set<String> transitions = new TreeSet<>();
    while (lines.find()) {
      transitions.add(transition(State.valueOf(lines.group(1)), State.valueOf(lines.group(2))));
    }
    return transitions;
  }

  /** Its start is UNBACKED, which a buffer leaves at once that is born otherwise. */
  private static Set<String> ofThePicture() throws IOException {
    Matcher picture =
        Pattern.compile("^```mermaid\\nstateDiagram(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(Path.of("..", "docs", "guide", "first-buffer.md")));
    assertTrue(picture.find(), "the guide has no picture of the states");
    Matcher arrows = ARROW.matcher(picture.group(1));
    Set<String> transitions = new TreeSet<>();
    while (arrows.find()) {
      boolean isStart = arrows.group(1).equals("[*]");
      boolean isEnd = arrows.group(2).equals("[*]");
      State from = isStart ? State.UNBACKED : State.valueOf(arrows.group(1));
      State to = isEnd ? State.RELEASED : State.valueOf(arrows.group(2));
      if (!isStart || to != State.UNBACKED) {
        transitions.add(transition(from, to));
      }
    }
    return transitions;
  }

  @Test
  void goesWhereTheTableLeadsAndNowhereElse() throws IOException {
    assertEquals(ofTheTable(), ofTheCode());
  }

  @Test
  void thePictureInTheReadmeShowsEveryTransitionAndNoOther() throws IOException {
    assertEquals(ofThePicture(), ofTheCode());
  }

  @Test
  void saysWhichTransitionIsNone() {
    BufferLife life = life(State.PREPARING);
    assertEquals(
        "tried is PREPARING and cannot become UNBACKED",
        assertThrows(IllegalStateException.class, () -> life.become(State.UNBACKED)).getMessage());
  }
}
