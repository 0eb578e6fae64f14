package dev.dmabroker.samples.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dmabroker.remote.Admission;
import dev.dmabroker.remote.Admission.Admitted;
import dev.dmabroker.remote.Admission.Refused;
import dev.dmabroker.remote.ClientTerms;
import dev.dmabroker.remote.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ClientRulesTest {
  private static final int ALICE = 70001;
  private static final int BOB = 70002;
  private static final int CAROL = 70003;
  private static final int VIDEO = 70044;

  /** Alice and Bob, of whom Bob is a member of the group video. */
  private static final Accounts SCRIPTED =
      new Accounts() {
        @Override
        public OptionalInt user(String name) {
          return number(Map.of("alice", ALICE, "bob", BOB), name);
        }

        @Override
        public OptionalInt group(String name) {
          return number(Map.of("video", VIDEO), name);
        }

        private static OptionalInt number(Map<String, Integer> all, String name) {
          Integer found = all.get(name);
          return found == null ? OptionalInt.empty() : OptionalInt.of(found);
        }

        @Override
        public boolean isMember(int uid, int gid) {
          return uid == BOB && gid == VIDEO;
        }
      };

  private static ClientRules rules(String... lines) throws ConfigurationException {
    return new ClientRules(
        Configuration.of(ConfigurationFile.parse("test.conf", List.of(lines))), SCRIPTED);
  }

  private static Admission ask(ClientRules rules, int uid, int gid) {
    return rules.decide(new Peer("player", 4711, uid, gid));
  }

  private static ClientTerms terms(Admission admission) {
    return assertInstanceOf(Admitted.class, admission).terms();
  }

  private static int ownUser() throws Exception {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  @Test
  void withoutSectionsOnlyTheServicesUserMayConnect() throws Exception {
    ClientRules rules = rules("[limits]", "memory = 64 MiB", "devices = 3", "moves-per-minute = 7");
    ClientTerms own = terms(ask(rules, ownUser(), 0));
    assertEquals(64L << 20, own.limits().memoryBytes());
    assertEquals(3, own.limits().devices());
    assertEquals(7, own.limits().movesPerMinute());
    assertTrue(own.group().isEmpty());
    Refused refused = assertInstanceOf(Refused.class, ask(rules, ALICE, ALICE));
    assertTrue(refused.reason().contains("user " + ALICE), refused::reason);
  }

  @Test
  void theFirstSectionThatFitsCounts() throws Exception {
    ClientRules rules =
        rules(
            "[user alice]",
            "memory = 1 MiB",
            "rights = none",
            "[group video]",
            "memory = 2 MiB",
            "trust-group = pipeline");
    ClientTerms alice = terms(ask(rules, ALICE, VIDEO));
    assertEquals(1L << 20, alice.limits().memoryBytes());
    assertEquals(Set.of(), alice.rights());
    ClientTerms bob = terms(ask(rules, BOB, BOB));
    assertEquals(2L << 20, bob.limits().memoryBytes());
    assertEquals("pipeline", bob.group().orElseThrow());
    assertEquals(
        bob.limits().memoryBytes(), terms(ask(rules, CAROL, VIDEO)).limits().memoryBytes());
    assertInstanceOf(Refused.class, ask(rules, CAROL, CAROL));
  }

  @Test
  void anAccountThatIsNotThereIsNamedWithItsLine() {
    assertEquals(
        "test.conf:2: this machine has no user carol",
        assertThrows(ConfigurationException.class, () -> rules("", "[user carol]")).getMessage());
    assertEquals(
        "test.conf:1: this machine has no group audio",
        assertThrows(ConfigurationException.class, () -> rules("[group audio]")).getMessage());
  }

  @Test
  void theMachinesAccountsAreFound() {
    assertEquals(OptionalInt.of(0), Accounts.OF_MACHINE.user("root"));
    assertEquals(OptionalInt.of(0), Accounts.OF_MACHINE.group("root"));
    assertEquals(OptionalInt.empty(), Accounts.OF_MACHINE.user("no-such-user"));
    assertEquals(OptionalInt.empty(), Accounts.OF_MACHINE.group("no-such-group"));
    assertTrue(Accounts.OF_MACHINE.isMember(0, 0));
    assertEquals(false, Accounts.OF_MACHINE.isMember(0, VIDEO));
    assertEquals(false, Accounts.OF_MACHINE.isMember(CAROL, 0));
  }
}
