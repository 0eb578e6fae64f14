package dev.dmabroker.spec;

import static dev.dmabroker.spec.Access.OVERWRITE;
import static dev.dmabroker.spec.Access.READ;
import static dev.dmabroker.spec.Access.READ_WRITE;
import static dev.dmabroker.spec.Access.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AccessTest {
  /** What each declaration lets a device map with. */
  private static final Map<Access, Set<Access>> PERMITTED =
      Map.of(
          READ, EnumSet.of(READ),
          WRITE, EnumSet.of(WRITE, OVERWRITE),
          READ_WRITE, EnumSet.allOf(Access.class),
          OVERWRITE, EnumSet.of(WRITE, OVERWRITE));

  @ParameterizedTest
  @EnumSource
  void permitsWhatWasDeclaredAndNoMore(Access declared) {
    Set<Access> permitted = EnumSet.noneOf(Access.class);
    for (Access requested : Access.values()) {
      if (declared.permits(requested)) {
        permitted.add(requested);
      }
    }
    assertEquals(PERMITTED.get(declared), permitted);
  }

  @Test
  void onlyReadersReadAndOnlyWritersWrite() {
    for (Access access : Access.values()) {
      assertEquals(EnumSet.of(READ, READ_WRITE).contains(access), access.reads(), access.name());
      assertEquals(access != READ, access.writes(), access.name());
    }
  }
}
