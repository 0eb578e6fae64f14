package dev.dmabroker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The Javadoc of all public members says what callers have to know, as far as a test can see. */
class JavadocTest {
  private static final List<PublicMember> MEMBERS = PublicMember.all();

  private static final Pattern THREADS =
      Pattern.compile(
          "thread-safe|any thread|one thread|several threads|concurrently|calling thread"
              + "|immutable|never changes|no state",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern BLOCKING =
      Pattern.compile("\\b(?:blocks?|waits?|waiting|waited|blocking)\\b", Pattern.CASE_INSENSITIVE);

  /** What a number may count or measure. */
  private static final Pattern UNIT =
      Pattern.compile(
          "bytes?|bits?|pixels?|rows?|lines?|times|nanoseconds|milliseconds|seconds|\\bms\\b"
              + "|number|how many|count|share|percent|index|descriptor|\\bfd\\b|file mode|errno"
              + "|fourcc|code|rank|weight|cost|generation|node|attempts|frames|buffers|mappings"
              + "|planes?|power of two|factor|hash|from \\d+ to \\d+",
          Pattern.CASE_INSENSITIVE);

  private static final Set<String> NUMBERS = Set.of("int", "long", "double", "float");

  private static void assertNone(String what, Predicate<PublicMember> gap) {
    List<String> gaps = MEMBERS.stream().filter(gap).map(PublicMember::toString).toList();
    System.out.printf("%d of %d members %s%n", gaps.size(), MEMBERS.size(), what);
    assertEquals(List.of(), gaps, () -> "these " + what);
  }

  @Test
  void everyMemberHasAComment() {
    assertNone("have no comment", member -> member.doc().isBlank());
  }

  @Test
  void everyTypeSaysWhichThreadsMayUseIt() {
    assertNone(
        "say nothing of threads",
        member -> member.isType() && !member.isValue() && !THREADS.matcher(member.doc()).find());
  }

  /** A wait shows in the exceptions that a method throws, and in a deadline that it is given. */
  @Test
  void everyMethodThatWaitsSaysSo() {
    assertNone(
        "do not say that they block",
        member -> !member.isType() && member.mayWait() && !BLOCKING.matcher(member.doc()).find());
  }

  @Test
  void everyNumberHasAUnit() {
    assertNone(
        "have numbers without a unit",
        member ->
            member.numbers(NUMBERS).stream()
                .anyMatch(
                    name -> !UNIT.matcher(name).find() && !UNIT.matcher(member.doc()).find()));
  }

  @Test
  void everyPackageHasADiagramAndAnExample() {
    for (Path folder : Documents.PUBLIC_PACKAGES) {
      String text = Documents.read(folder.resolve("package-info.java"));
      assertTrue(text.contains("<pre>{@code"), () -> folder + " shows no example");
      assertTrue(text.contains("<pre>\n"), () -> folder + " shows no diagram");
    }
    assertTrue(MEMBERS.size() > 500, () -> "few members are found: " + MEMBERS.size());
  }
}
