package dev.dmabroker.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.BufferStream.State;
import dev.dmabroker.ClosedException;
import dev.dmabroker.StreamStoppedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** From which state to which a stream goes, and what it says of its state. */
class StreamLifeTest extends StreamFixture {
  private record Transition(State from, State to) {}

  /** One that has not been used yet. */
  private StreamLife life() {
    return stream(spec -> spec).life;
  }

  private static List<State> way(State to) {
    return switch (to) {
      case STOPPED -> List.of();
      case RUNNING -> List.of(State.RUNNING);
      case STOPPING -> List.of(State.RUNNING, State.STOPPING);
      case CLOSED -> List.of(State.CLOSED);
    };
  }

  private StreamLife life(State state) {
    StreamLife life = life();
    way(state).forEach(life::become);
    assertEquals(state, life.state());
    return life;
  }

  private boolean isRefused(Transition transition) {
    StreamLife life = life(transition.from());
    try {
      life.become(transition.to());
    } catch (IllegalStateException e) {
      assertEquals(transition.from(), life.state(), "it stays as it is");
      return true;
    }
    assertEquals(transition.to(), life.state());
    return false;
  }

  private static Set<Transition> documented() throws IOException {
    String file = StreamLife.class.getName().replace('.', '/') + ".java";
    Matcher lines =
        Pattern.compile("^ \\* ([A-Z]+) +([A-Z]+) +\\S.*$", Pattern.MULTILINE)
            .matcher(Files.readString(Path.of("src", "main", "java").resolve(file)));
    Set<Transition> transitions = new HashSet<>();
    while (lines.find()) {
      transitions.add(new Transition(State.valueOf(lines.group(1)), State.valueOf(lines.group(2))));
    }
    return transitions;
  }

  @Test
  void goesWhereTheTableLeadsAndNowhereElse() throws IOException {
    Set<Transition> transitions = new HashSet<>();
    for (State from : State.values()) {
      for (State to : State.values()) {
        Transition transition = new Transition(from, to);
        if (!isRefused(transition)) {
          transitions.add(transition);
        }
      }
    }
    assertEquals(documented(), transitions);
  }

  @Test
  void saysWhichTransitionIsNone() {
    StreamLife life = life(State.RUNNING);
    assertEquals(
        "stream video is RUNNING and cannot become STOPPED",
        assertThrows(IllegalStateException.class, () -> life.become(State.STOPPED)).getMessage());
  }

  @Test
  void framesFlowUntilItIsStopped() {
    assertFalse(life(State.STOPPED).isFlowing());
    assertTrue(life(State.RUNNING).isFlowing());
    assertTrue(life(State.STOPPING).isFlowing());
    assertFalse(life(State.CLOSED).isFlowing());
  }

  @Test
  void eachStopBeginsANewRun() {
    StreamLife life = life(State.STOPPING);
    long run = life.run();
    life.become(State.STOPPED);
    assertEquals(run + 1, life.run());
    life.become(State.RUNNING);
    assertEquals(run + 1, life.run());
  }

  @Test
  void saysWhyItDoesNotRun() {
    assertSays(
        assertInstanceOf(StreamStoppedException.class, life(State.STOPPED).stopped("acquire")),
        "cannot acquire: stream video is STOPPED; start it to let frames flow");
    assertSays(
        assertInstanceOf(ClosedException.class, life(State.CLOSED).stopped("acquire")),
        "cannot acquire: stream video is closed");
    StreamLife life = life(State.STOPPED);
    life.becomeClosedWithBroker();
    assertSays(
        assertThrows(ClosedException.class, () -> life.checkOpen("acquire")),
        "cannot acquire: the broker is closed");
  }
}
