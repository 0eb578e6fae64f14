package dev.dmabroker.internal.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dmabroker.spec.Access;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HolderTest {
  private static StackTraceElement frame(String type) {
    return new StackTraceElement(type, "map", "Some.java", 7);
  }

  private static String shown(StackTraceElement... frames) {
    Throwable site = new Throwable("mapped here");
    site.setStackTrace(frames);
    return new StateRecords.Holder(
            "frame",
            "camera",
            Access.READ,
            Duration.ofMillis(12),
            "capture-1",
            site,
            /* fenced= */ true,
            /* leaseUses= */ 0)
        .toString();
  }

  @Test
  void saysWhoCalledTheBroker() {
    assertEquals(
        "camera for 12 ms (READ, by capture-1, at app.Capture.map(Some.java:7), until a fence"
            + " signals)",
        shown(
            frame("dev.dmabroker.internal.Leaks"),
            frame("dev.dmabroker.internal.AttachedDevice"),
            frame("app.Capture"),
            frame("app.Main")));
  }

  @Test
  void saysWhatIsKnownWhereOnlyTheBrokerIs() {
    assertEquals(
        "camera for 12 ms (READ, by capture-1, at dev.dmabroker.internal.Request.map(Some.java:7),"
            + " until a fence signals)",
        shown(frame("dev.dmabroker.internal.Request")));
    assertEquals("camera for 12 ms (READ, by capture-1, until a fence signals)", shown());
  }
}
